/**
 * The time of day: asked of an SNTP server once there is a network, and again every hour, since a crystal is off by
 * seconds a day. Between two answers it goes on with the monotonic clock.
 */

import type { Clock, Milliseconds, Random, Timer, TimerProvider } from "../../src/mqtt/ports.js";
import type { Log, WallClock } from "../apps/io.js";
import { decodeAnswer, encodeRequest, SNTP_PACKET_LENGTH, SNTP_PORT } from "./sntp-packet.js";
import type { Resolve } from "./tcp-transport.js";

/** `embedded:io/socket/udp`, as far as it is needed. */
export interface UdpSocket {
  /** The oldest packet that is waiting. */
  read(): ArrayBuffer | undefined;
  write(packet: Uint8Array, address: string, port: number): void;
  close(): void;
}

export type UdpConstructor = new (options: { onReadable(packetCount: number): void }) => UdpSocket;

export interface TimeOfDayPorts {
  readonly UDP: UdpConstructor;
  readonly resolve: Resolve;
  readonly clock: Clock;
  readonly timers: TimerProvider;
  readonly random: Random;
  readonly log: Log;
  /**
   * When the firmware was built, in ms since 1970: a system clock that says less was never set. One that was goes on
   * through a restart by software.
   */
  readonly earliest: Milliseconds;
  /** What the system's own clock says, in ms since 1970; one that was never set starts in 1970. */
  systemTime(): Milliseconds;
  /** Is given the time whenever it was learnt, in ms since 1970, for the system's own clock. */
  onTime(time: Milliseconds): void;
}

/** How long an answer may take before the request is repeated; doubles with each repetition. */
const FIRST_TIMEOUT: Milliseconds = 2000;
const LONGEST_TIMEOUT: Milliseconds = 60_000;
/** From an answer to the next request. */
const REFRESH_INTERVAL: Milliseconds = 3_600_000;
/** Unanswered requests, together about a minute, after which it is worth a line in the log. */
const PATIENCE = 5;

export class TimeOfDay implements WallClock {
  readonly #server: string;
  readonly #ports: TimeOfDayPorts;
  readonly #timer: Timer;
  #socket: UdpSocket | undefined;
  /** The time of day at monotonic time 0. */
  #epoch: Milliseconds | undefined;
  #timeout: Milliseconds = FIRST_TIMEOUT;
  #unanswered = 0;
  #nonce = 0;
  #sentAt: Milliseconds = 0;
  #isStarted = false;
  #hasAnswer = false;

  /** @param server host name or IPv4 address; empty: the time stays unknown */
  constructor(server: string, ports: TimeOfDayPorts) {
    this.#server = server;
    this.#ports = ports;
    this.#timer = ports.timers.create(() => this.#request());
    const systemTime = ports.systemTime();
    if (systemTime >= ports.earliest) this.#epoch = systemTime - ports.clock.now();
  }

  now(): Milliseconds | undefined {
    return this.#epoch === undefined ? undefined : this.#epoch + this.#ports.clock.now();
  }

  /** Whether it is not known, but may be after a while. */
  get isAwaited(): boolean {
    return this.#isStarted && this.#epoch === undefined;
  }

  /** There is a network: asks until there is an answer, and from then on every hour. */
  start(): void {
    if (this.#isStarted || this.#server === "") return;
    this.#isStarted = true;
    this.#timer.schedule(0);
  }

  #request(): void {
    this.#closeSocket();
    this.#timer.schedule(this.#timeout);
    this.#timeout = Math.min(LONGEST_TIMEOUT, this.#timeout * 2);
    this.#unanswered += 1;
    if (this.#unanswered === PATIENCE + 1) {
      this.#ports.log.warn(`no time from ${this.#server} so far; check sntp.server`);
    }
    this.#try(() => this.#ports.resolve(this.#server, ([address]) => this.#resolved(address)));
  }

  #resolved(address: string | undefined): void {
    if (address === undefined) return;
    this.#try(() => {
      const { clock, random, UDP } = this.#ports;
      // An answer to an earlier request, with a slow resolver, is given up for this one.
      this.#closeSocket();
      const socket = new UDP({ onReadable: (packetCount) => this.#received(socket, packetCount) });
      this.#socket = socket;
      this.#nonce = Math.floor(random() * 0x1_0000_0000);
      this.#sentAt = clock.now();
      socket.write(encodeRequest(this.#nonce), address, SNTP_PORT);
    });
  }

  #received(socket: UdpSocket, packetCount: number): void {
    const roundTrip = this.#ports.clock.now() - this.#sentAt;
    for (let left = packetCount; left > 0 && socket === this.#socket; left -= 1) {
      const packet = socket.read();
      if (packet === undefined) return;
      if (packet.byteLength < SNTP_PACKET_LENGTH) continue;
      const time = decodeAnswer(new Uint8Array(packet), this.#nonce, roundTrip);
      if (time !== undefined) this.#learnt(time);
    }
  }

  #learnt(time: Milliseconds): void {
    const { clock, log, onTime } = this.#ports;
    this.#closeSocket();
    this.#epoch = time - clock.now();
    this.#timeout = FIRST_TIMEOUT;
    this.#unanswered = 0;
    this.#timer.schedule(REFRESH_INTERVAL);
    if (!this.#hasAnswer) log.info(`clock: ${new Date(time).toISOString()} from ${this.#server}`);
    this.#hasAnswer = true;
    onTime(time);
  }

  /** What goes wrong here is a lost request, which is repeated. */
  #try(call: () => void): void {
    try {
      call();
    } catch {
      this.#closeSocket();
    }
  }

  #closeSocket(): void {
    this.#socket?.close();
    this.#socket = undefined;
  }
}
