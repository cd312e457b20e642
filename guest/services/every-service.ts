import type { ServiceName } from "../../contract/service-names.ts";
import { BULK } from "./bulk/bulk-server.ts";
import { ECHO } from "./echo/echo-server.ts";
import { GATE } from "./gate/gate-server.ts";
import { MIRROR } from "./mirror/mirror-server.ts";
import { PRODUCT_SERVICES } from "./product-services.ts";
import type { ServiceRecord } from "./serving/service.ts";
import { SINK } from "./sink/sink-server.ts";

/** Those of a product and those that only tests ask for: what an agent under test carries. */
export const EVERY_SERVICE = {
  ...PRODUCT_SERVICES,
  bulk: BULK,
  sink: SINK,
  gate: GATE,
  echo: ECHO,
  mirror: MIRROR,
} satisfies Readonly<Record<ServiceName, ServiceRecord>>;
