import { ConfigurationError } from "../../../contract/field-reader.ts";
import type { ServiceName } from "../../../contract/service-names.ts";
import type { Service, ServiceHost, ServiceRegistry } from "./service.ts";

/**
 * @returns the services of a configuration, ready to serve, in its order
 * @throws ConfigurationError if the program doesn't carry one of them
 */
export function chooseServices(
  carried: ServiceRegistry,
  names: readonly ServiceName[],
  host: ServiceHost,
): ReadonlyMap<string, Service> {
  return new Map(
    names.map((name) => {
      const record = carried[name];
      if (record === undefined) {
        const known = Object.keys(carried).join(", ");
        throw new ConfigurationError("services", `"${name}" is not part of this program, which carries ${known}`);
      }
      return [name, record.create(host)];
    }),
  );
}
