import type { ProductServiceName } from "../../contract/service-names.ts";
import { CONTROL } from "./control/control-server.ts";
import type { ServiceRecord } from "./serving/service.ts";
import { STATUS } from "./status/status-server.ts";

/** What every daemon can serve. */
export const PRODUCT_SERVICES = { control: CONTROL, status: STATUS } satisfies Readonly<
  Record<ProductServiceName, ServiceRecord>
>;
