/**
 * A variant must export what the module exports whose place it takes, with the same types: one that has drifted doesn't compile.
 * The bundler alone would notice only a name that is missing.
 */
import type * as Primitives from "../../../guest/agent/primitives.ts";
import type * as PeerTable from "../../../guest/bus/dialling/peer-table.ts";
import type * as Proof from "../../../guest/core/identity/proof.ts";
import type * as NewReno from "../../../guest/core/udp-sec/congestion/new-reno.ts";
import type * as DaemonModule from "../../../guest/dsoftbusd/daemon.ts";
import type * as Entropy from "../../../guest/node/entropy.ts";
import type * as Backpressure from "../../../guest/selftest/probes/backpressure.ts";
import type * as Bulk from "../../../guest/selftest/probes/bulk.ts";
import type * as ControlCodec from "../../../guest/services/control/control-codec.ts";
import type * as EqualBytes from "../../../guest/services/messages/equal-bytes.ts";
import type * as Selftest from "../../../guest/selftest/selftest.ts";
import type * as BackpressureWithoutFilling from "./backpressure-without-filling.ts";
import type * as BelievesAnyProof from "./believes-any-proof.ts";
import type * as BulkWithoutSending from "./bulk-without-sending.ts";
import type * as ControlWithoutDigests from "./control-without-digests.ts";
import type * as DaemonWithoutHandshake from "./daemon-without-handshake.ts";
import type * as EverythingIsEqual from "./everything-is-equal.ts";
import type * as FixedEntropy from "./fixed-entropy.ts";
import type * as LetsAnybodyIn from "./lets-anybody-in.ts";
import type * as SelftestWithoutProbes from "./selftest-without-probes.ts";
import type * as UnsealedPrimitives from "./unsealed-primitives.ts";
import type * as WindowOfTwo from "./window-of-two.ts";
import type { VARIANTS } from "./variants.ts";

/** By the path that `VARIANTS` names. */
interface StandIns {
  "harness/sabotage/agents/backpressure-without-filling.ts": StandIn<
    typeof BackpressureWithoutFilling,
    typeof Backpressure
  >;
  "harness/sabotage/agents/believes-any-proof.ts": StandIn<typeof BelievesAnyProof, typeof Proof>;
  "harness/sabotage/agents/lets-anybody-in.ts": StandIn<typeof LetsAnybodyIn, PublicModule<typeof PeerTable>>;
  "harness/sabotage/agents/bulk-without-sending.ts": StandIn<typeof BulkWithoutSending, typeof Bulk>;
  "harness/sabotage/agents/control-without-digests.ts": StandIn<typeof ControlWithoutDigests, typeof ControlCodec>;
  "harness/sabotage/agents/everything-is-equal.ts": StandIn<typeof EverythingIsEqual, typeof EqualBytes>;
  "harness/sabotage/agents/daemon-without-handshake.ts": StandIn<
    typeof DaemonWithoutHandshake,
    PublicModule<typeof DaemonModule>
  >;
  "harness/sabotage/agents/fixed-entropy.ts": StandIn<typeof FixedEntropy, PublicModule<typeof Entropy>>;
  "harness/sabotage/agents/selftest-without-probes.ts": StandIn<typeof SelftestWithoutProbes, typeof Selftest>;
  "harness/sabotage/agents/window-of-two.ts": StandIn<typeof WindowOfTwo, typeof NewReno>;
  "harness/sabotage/agents/unsealed-primitives.ts": StandIn<typeof UnsealedPrimitives, typeof Primitives>;
}

/** Doesn't compile unless `Variant` can be used wherever `Module` is. */
type StandIn<Variant extends Module, Module> = Variant;

/** Private fields make a class differ from all others: what importers see of it are its public members. */
type PublicModule<Module> = { readonly [Name in keyof Module]: PublicClass<Module[Name]> };
type PublicClass<Value> = Value extends { readonly prototype: infer Instance } ? PublicStatics<Value, Instance> : Value;
type PublicStatics<Class, Instance> = {
  readonly [Name in Exclude<keyof Class, "prototype">]: PublicResult<Class[Name], Instance>;
} & (Class extends new (...args: infer Arguments) => unknown ? new (...args: Arguments) => Public<Instance> : unknown);
type PublicResult<Member, Instance> = Member extends (...args: infer Arguments) => Promise<Instance>
  ? (...args: Arguments) => Promise<Public<Instance>>
  : Member;
type Public<Instance> = Pick<Instance, keyof Instance>;

type VariantPath = (typeof VARIANTS)[number]["replacements"][number]["by"];
type Nothing<Left extends never> = Left;
/** Doesn't compile if a variant is missing above, or one is there that `VARIANTS` doesn't know. */
export type EachVariantOnce = [
  Nothing<Exclude<VariantPath, keyof StandIns>>,
  Nothing<Exclude<keyof StandIns, VariantPath>>,
];
