/** Who of an endpoint is to be polled next, and when. */
import { DeadlineHeap, HeapItem } from "../../deadline-heap.ts";
import type { OutgoingDatagram } from "../handshake/answer-queue.ts";

/** Those with a reason to be polled, in turn, and the deadlines of all others, who rest and cost nothing. */
export class Agenda<T> {
  /** Of each that is ready or has a deadline. Nothing is made or forgotten when it changes from one to the other. */
  readonly #places = new Map<T, Place<T>>();
  readonly #resting = new DeadlineHeap<Place<T>>();
  /** The ready ones in the order of their turns. */
  #first: Place<T> | undefined;
  #last: Place<T> | undefined;

  get hasReady(): boolean {
    return this.#first !== undefined;
  }

  get nextDeadlineMs(): number | undefined {
    return this.#resting.nextMs;
  }

  /** Polls it soon; one that is ready already keeps its turn. */
  wake(item: T): void {
    let place = this.#places.get(item);
    if (place === undefined) this.#places.set(item, (place = new Place(item)));
    if (!place.isReady) this.#append(place);
  }

  /** It has more to do: it goes behind all others that do. Nothing, if it was forgotten on its turn. */
  requeue(item: T): void {
    const place = this.#places.get(item);
    if (place === undefined || place === this.#last) return;
    if (place.isReady) this.#unlink(place);
    this.#append(place);
  }

  /** It has nothing to do until then. */
  rest(item: T, deadlineMs: number | undefined): void {
    let place = this.#places.get(item);
    if (place === undefined) {
      if (deadlineMs === undefined) return;
      this.#places.set(item, (place = new Place(item)));
    }
    if (place.isReady) this.#unlink(place);
    this.#resting.set(place, deadlineMs);
    if (deadlineMs === undefined) this.#places.delete(item);
  }

  forget(item: T): void {
    this.rest(item, undefined);
  }

  wakeDue(nowMs: number): void {
    for (let due = this.#resting.takeDue(nowMs); due !== undefined; due = this.#resting.takeDue(nowMs)) {
      if (!due.isReady) this.#append(due);
    }
  }

  /** @returns whose turn it is; it stays ready until told otherwise */
  next(): T | undefined {
    return this.#first?.item;
  }

  #append(place: Place<T>): void {
    place.isReady = true;
    place.before = this.#last;
    if (this.#last === undefined) this.#first = place;
    else this.#last.after = place;
    this.#last = place;
  }

  #unlink(place: Place<T>): void {
    const { before, after } = place;
    if (before === undefined) this.#first = after;
    else before.after = after;
    if (after === undefined) this.#last = before;
    else after.before = before;
    place.before = undefined;
    place.after = undefined;
    place.isReady = false;
  }
}

/** Anything of an endpoint that sends by itself or has a timer. */
export interface Pollable {
  /** Runs what is due. @returns the next datagram: called until undefined */
  poll(nowMs: number): OutgoingDatagram | undefined;
  nextDeadlineMs(): number | undefined;
}

/** Where one of them stands: in the heap if it has a deadline, between two others if it is ready. */
class Place<T> extends HeapItem {
  readonly item: T;
  isReady = false;
  before: Place<T> | undefined;
  after: Place<T> | undefined;

  constructor(item: T) {
    super();
    this.item = item;
  }
}
