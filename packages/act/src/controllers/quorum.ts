import type { HostDraws } from '@hrm/recursion';
import * as tf from '@tensorflow/tfjs-core';
import type { Layer, RandomStream, NamedTensors } from '@hrm/layers';
import { noteVariables } from '@hrm/layers/internal';
import { expectController } from './expect-controller';
import {
  haltingDraws,
  haltingLogits,
  haltingLosses,
  haltingOutcome,
  initialHaltingState,
  type HaltingController,
  type HaltingDecision,
  type HaltingFactory,
  type HaltingLossContext,
  type HaltingLosses,
  type HaltingOutcome,
  type HaltingStateSizes,
} from './halting-controller';

/** The members' names, numbered if several members share a name. */
function labels(members: readonly HaltingController[]): string[] {
  return members.map(({ name }, i) => {
    const alike = members.filter((member) => member.name === name).length;
    if (alike === 1) return name;
    const earlier = members.slice(0, i).filter((member) => member.name === name).length;
    return `${name}-${earlier + 1}`;
  });
}

/** A vote of several controllers. See `any`, `all` and `atLeast`. */
class Quorum implements HaltingController {
  readonly name: string;
  readonly parameters: { readonly [label: string]: Layer };
  readonly maxSegments: number;
  readonly needsLookAhead: boolean | 'own';
  readonly weighsTokenLoss: boolean;
  readonly #votes: number;
  readonly #members: ReadonlyMap<string, HaltingController>;

  constructor(name: string, votes: number, members: readonly HaltingController[]) {
    for (const member of members) expectController(`${name}: what a factory made`, member);
    expectNoDelayedWeighting(name, votes, members);
    this.name = name;
    this.#votes = votes;
    const names = labels(members);
    this.#members = new Map(members.map((member, i) => [names[i]!, member]));
    this.parameters = Object.fromEntries(this.#members);
    // At its own last segment and after, a member votes to halt. Here, enough members have reached theirs.
    this.maxSegments = members.map((member) => member.maxSegments).sort((a, b) => a - b)[votes - 1]!;
    this.needsLookAhead = lookAheadOfAll(name, members);
    this.weighsTokenLoss = members.some((member) => member.weighsTokenLoss === true);
  }

  /** Calls `f` for each member, and prefixes the names in its result with the member's label: `halt-only.haltLoss`. */
  #gather<T>(f: (member: HaltingController, label: string) => { [name: string]: T }): { [name: string]: T } {
    const gathered: { [name: string]: T } = {};
    for (const [label, member] of this.#members) {
      for (const [name, value] of Object.entries(f(member, label))) gathered[`${label}.${name}`] = value;
    }
    return gathered;
  }

  draw(random: RandomStream, batchSize: number): HostDraws {
    return this.#gather((member) => haltingDraws(member, random, batchSize));
  }

  initialState(batchSize: number, sizes: HaltingStateSizes): NamedTensors {
    return this.#gather((member) => initialHaltingState(member, batchSize, sizes));
  }

  logits(zH: tf.Tensor3D): NamedTensors {
    return this.#gather((member) => haltingLogits(member, zH));
  }

  decide(decision: HaltingDecision): HaltingOutcome {
    let votes: tf.Tensor = tf.zerosLike(decision.steps);
    const state = this.#gather((member, label) => {
      const outcome = haltingOutcome(member, {
        ...decision,
        logits: share(decision.logits, label),
        draws: decision.draws && share(decision.draws, label),
        state: share(decision.state, label),
      });
      votes = tf.add(votes, tf.cast(outcome.halted, 'int32'));
      return outcome.state ?? {};
    });
    const last = tf.greaterEqual(decision.steps, this.maxSegments);
    return { halted: tf.logicalOr(last, tf.greaterEqual(votes, this.#votes)), state };
  }

  /**
   * The sum of the members' own losses, plus the token loss once: the mean of the members that weight it, or unweighted
   * if none does.
   */
  losses(context: HaltingLossContext): HaltingLosses {
    const members = [...this.#members.values()];
    const weighting = members.filter((member) => member.weighsTokenLoss);
    const responsible = weighting.length > 0 ? weighting : members.slice(0, 1);
    const tokenShare = tf.div<tf.Tensor1D>(context.tokenLoss, responsible.length);
    const none = tf.zerosLike(context.tokenLoss);
    let total: tf.Tensor1D = none;
    const metrics = this.#gather((member, label) => {
      const losses = haltingLosses(member, {
        ...context,
        logits: share(context.logits, label),
        lookAhead: context.lookAhead && member.needsLookAhead ? share(context.lookAhead, label) : undefined,
        stateBefore: share(context.stateBefore, label),
        stateAfter: share(context.stateAfter, label),
        tokenLoss: responsible.includes(member) ? tokenShare : none,
      });
      total = tf.add(total, losses.total);
      return losses.metrics;
    });
    return { total, metrics };
  }
}

/** The tensors of one member, without the label in their names. */
function share(gathered: NamedTensors, label: string): NamedTensors {
  const prefix = `${label}.`;
  return Object.fromEntries(
    Object.entries(gathered)
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, tensor]) => [name.slice(prefix.length), tensor]),
  );
}

/**
 * Throws for a member that weights the token loss, if other members can delay its halting. Its halting probability is
 * used up even when the others do not halt, so the segment that halts would be trained with a weight near 0.
 */
function expectNoDelayedWeighting(combinator: string, votes: number, members: readonly HaltingController[]): void {
  const weighting = members.find((member) => member.weighsTokenLoss);
  if (!weighting || votes === 1) return;
  throw new RangeError(
    `${combinator}: ${weighting.name} weights the token loss of each segment by its own halting probability, so ` +
      'no other controller may delay its halting: the segment that halts would be trained with a weight near 0. Use it ' +
      'alone or in any(...), or combine controllers that do not weight it, such as haltOnly and qLearningHalting',
  );
}

/**
 * What members need to look ahead. The logits of this segment and of the next one are not computed together, so members
 * that need the one and members that need the other cannot be combined.
 */
function lookAheadOfAll(combinator: string, members: readonly HaltingController[]): boolean | 'own' {
  const ahead = members.find((member) => member.needsLookAhead === true);
  const own = members.find((member) => member.needsLookAhead === 'own');
  if (ahead && own) {
    throw new RangeError(
      `${combinator}: one ${own.name} learns from its own segment (learnContinue: 'deferred'), one ${ahead.name} from ` +
        'a further forward pass (learnContinue: true); give both the same learnContinue',
    );
  }
  return own ? 'own' : ahead !== undefined;
}

/** Makes a vote of several controllers, of which `votes` must halt. */
export function quorum(name: string, votes: number, makers: readonly HaltingFactory[]): HaltingFactory {
  return (context) => {
    const freeNewVariables = noteVariables();
    try {
      return new Quorum(
        name,
        votes,
        makers.map((make) => make(context)),
      );
    } catch (error) {
      freeNewVariables();
      throw error;
    }
  };
}
