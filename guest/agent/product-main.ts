/** The daemon as a product: nothing in this bundle exists for tests. */
import { PRODUCT_SERVICES } from "../services/product-services.ts";
import { runAgent } from "./run-agent.ts";

runAgent({ services: PRODUCT_SERVICES });
