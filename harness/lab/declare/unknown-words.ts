import { suggestion } from "../../../contract/nearest-name.ts";
import type { LabLink, LabMarker, LabNetwork, LabTopology } from "./topology.ts";

/** All keys of a type, and no other: the compiler says which is missing. */
type Keys<T> = Readonly<Record<T extends unknown ? keyof T : never, true>>;

const OF_TOPOLOGY: Keys<LabTopology> = {
  ...{ name: true, networks: true, nodes: true, gateway: true, actions: true, markers: true },
  ...{ keyLog: true, qlog: true, workload: true, folder: true },
};
const OF_FABRIC: Keys<LabNetwork> = { kind: true, links: true };
const OF_LINK: Keys<Extract<LabLink, { readonly between: unknown }>> = { between: true, faults: true };
const OF_MARKER: Keys<LabMarker> = { id: true, text: true, evidence: true, process: true };

/**
 * Words of a topology that are none, where a profile's schema can't see them. Tests run uncompiled: a `link` for `links` would be a network
 * without the faults that the test is about.
 *
 * @returns each with its place
 */
export function unknownWords({ networks = {}, markers = [], ...rest }: LabTopology): string[] {
  const ofNetworks = Object.entries(networks).flatMap(([name, network]) => {
    if (network.kind !== "fabric") return [];
    const place = ["networks", name];
    const links = (network.links ?? []).flatMap((link, at) =>
      "between" in link ? unknownIn([...place, "links", at], link, OF_LINK) : [],
    );
    return [...unknownIn(place, network, OF_FABRIC), ...links];
  });
  const ofMarkers = markers.flatMap((marker, at) => unknownIn(["markers", at], marker, OF_MARKER));
  return [...unknownIn([], rest, OF_TOPOLOGY), ...ofNetworks, ...ofMarkers];
}

function unknownIn(place: readonly (string | number)[], written: object, known: object): string[] {
  return Object.keys(written)
    .filter((key) => !Object.hasOwn(known, key))
    .map((key) => `${[...place, key].join(".")}: there is no such word${suggestion(key, Object.keys(known))}`);
}
