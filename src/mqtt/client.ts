/**
 * The MQTT client: it keeps a connection to one of two servers alive and carries messages both ways. It only pumps
 * between the ports and the machines that decide (connection, session, outbox, subscriptions, reconnect).
 *
 * No method calls back: what the application asks for is noted, and done in the client's own turn, which is a callback
 * of the transport or of its one timer. So publishing, subscribing and stopping are safe inside any callback. Only a message
 * by itself is written at once, which calls nobody back either.
 *
 * It is longer than most files here because the whole public interface is in one place, documented.
 */

import type { ConnectionState } from "./connection.js";
import type { ClosedEvent, ConnectionEvent, MessageEvent } from "./connection-event.js";
import { checkQos } from "./encode.js";
import { UsageError } from "./errors.js";
import type { ClientEvent, ClientObserver, ServerName } from "./event.js";
import { FailBack } from "./fail-back.js";
import type { CalmClient } from "./fast-receive.js";
import { sendAlone } from "./fast-send.js";
import { Link } from "./link.js";
import type { Message } from "./message.js";
import { MessageStore } from "./message-store.js";
import type { ServerOptions } from "./options.js";
import { checkServerOptions } from "./options.js";
import type { Counters } from "./outbox.js";
import { Outbox } from "./outbox.js";
import type { Delivery, DeliveryHandler } from "./outgoing.js";
import type { QoS } from "./packet.js";
import type {
  Clock,
  Flash,
  Milliseconds,
  Random,
  TextPort,
  Timer,
  TimerProvider,
  TransportProvider,
} from "./ports.js";
import { ACKNOWLEDGEMENT_LENGTH } from "./receive-buffer.js";
import { Reconnector } from "./reconnect.js";
import { restoreState } from "./restore-state.js";
import { Router } from "./router.js";
import { Session } from "./session.js";
import type { SharedMemory } from "./shared-memory.js";
import type { SubscriptionHandler } from "./subscriptions.js";
import { Subscriptions } from "./subscriptions.js";
import { TakeoverWatch } from "./takeover-watch.js";
import { checkTopicFilter } from "./topic.js";

/** The world a client lives in. */
export interface ClientPorts {
  readonly transport: TransportProvider;
  readonly clock: Clock;
  readonly timers: TimerProvider;
  readonly random: Random;
  /** Absent: UTF-8 is our own code's work. */
  readonly text?: TextPort | undefined;
  readonly observer?: ClientObserver;
  /** Where messages and session survive a loss of power; absent: they do not. */
  readonly flash?: Flash;
  /** Of several clients in a process; absent: all of it is the client's own. */
  readonly shared?: SharedMemory;
}

/** What most clients never need has no property until it is needed: on XS each takes 16 bytes. */
export class MqttClient implements CalmClient {
  readonly clock: Clock;
  private readonly transport: TransportProvider;
  declare private readonly observer?: ClientObserver;
  declare private readonly shared?: SharedMemory;
  private readonly outbox: Outbox;
  private readonly primarySession: Session;
  declare private readonly backupSession?: Session;
  private readonly subscriptions = new Subscriptions();
  readonly router: Router;
  private readonly reconnector: Reconnector<ServerOptions>;
  declare private takeovers?: TakeoverWatch;
  /** Absent when the client stays with the backup. */
  declare private readonly failBack?: FailBack;
  /** The primary is to be gone back to, as soon as nothing is under way. */
  declare private isPrimaryGood?: boolean;
  private readonly timer: Timer;
  /** When the timer rings: at the deadline, or earlier. */
  private timerDue: Milliseconds = Number.POSITIVE_INFINITY;
  /** When something falls due, or earlier. */
  deadline: Milliseconds = Number.POSITIVE_INFINITY;
  /** In which state of the connection the deadline was taken from it; undefined: from another one, or none. */
  private timedState: ConnectionState | undefined = undefined;
  private link: Link | undefined = undefined;
  inTurn = false;
  /** Messages that were found in the store, until that was told. */
  declare private restoredCount?: number;
  declare private isFailureTold?: true;
  /** How far `finish` has come, when it was asked for. */
  declare private finishing?: "delivering" | "closing" | undefined;
  /** When it gives up what is left; there once it has begun. */
  declare private finishBy: Milliseconds;

  /**
   * @param primary section `mqtt`
   * @param backup section `mqtt1`, if it is enabled
   * @throws UsageError `invalid-option` or `invalid-packet` when the options cannot make a CONNECT, or the receive buffer is
   *   too short
   */
  constructor(ports: ClientPorts, primary: ServerOptions, backup?: ServerOptions) {
    checkServerOptions(primary);
    if (backup !== undefined) checkServerOptions(backup);
    const { clock, flash, observer, random, shared, text, timers, transport } = ports;
    this.clock = clock;
    this.transport = transport;
    if (observer !== undefined) this.observer = observer;
    if (shared !== undefined) {
      const length = shared.receiveBuffer?.bytes.length ?? ACKNOWLEDGEMENT_LENGTH;
      if (length < ACKNOWLEDGEMENT_LENGTH) {
        throw new UsageError("invalid-option", `receiveBuffer has ${length} bytes, but must have 4 or more`);
      }
      this.shared = shared;
    }
    const store = flash && new MessageStore(flash);
    this.outbox = new Outbox(store, text, shared);
    this.primarySession = new Session(this.outbox, "mqtt", !primary.cleanSession);
    // There may have been a backup when the store was written.
    if (backup !== undefined || store !== undefined) {
      this.backupSession = new Session(this.outbox, "mqtt1", backup?.cleanSession === false);
      if (store !== undefined) {
        const sessions = [this.primarySession, this.backupSession] as const;
        this.restoredCount = restoreState(store, this.outbox, sessions, [primary, backup]);
      }
    }
    this.router = new Router(this.subscriptions, this, text);
    this.reconnector = new Reconnector(primary, backup, random);
    if (backup !== undefined && primary.failBackAfter > 0) {
      this.failBack = new FailBack(ports, primary, this);
    }
    this.timer = timers.create(expire, this);
  }

  /** Whether CONNACK has accepted the present connection, and neither side has ended it. */
  get connected(): boolean {
    return this.link?.connection.state === "connected";
  }

  /** The server in use, or tried next. */
  get server(): ServerName {
    return this.reconnector.server;
  }

  /** Messages not completed yet: waiting and in flight. */
  get pending(): number {
    return this.outbox.length + this.session.unsettled;
  }

  /** How many messages ended in each way since the client was made. */
  get counters(): Counters {
    return this.outbox.counters;
  }

  /** Connects, and from now on keeps the connection alive. When started already it only takes `finish` back. */
  start(): void {
    if (this.finishing !== undefined) this.finishing = undefined;
    this.reconnector.start(this.clock.now());
    this.wake();
  }

  /**
   * Sends DISCONNECT and closes. Messages not completed are kept, and sent after the next `start`; those of QoS 0 that
   * have not left yet are refused, unless they may wait.
   */
  stop(): void {
    this.end();
    this.link?.connection.disconnect(this.clock.now());
  }

  /**
   * For a device that wakes up to say something: connects if need be, and stops as soon as every message is completed
   * and its handler was told. Then, or when the time is over, the observer hears `finished`, and the device may sleep.
   * @param within after this time it stops, whatever is left; unless given, it takes the time that it takes
   */
  finish(within: Milliseconds = Number.POSITIVE_INFINITY): void {
    if (!(within >= 0)) {
      throw new UsageError("invalid-option", `within is ${within}, but must be 0 ms or more`);
    }
    const now = this.clock.now();
    this.finishing = "delivering";
    this.finishBy = now + within;
    if (this.pending > 0) this.reconnector.start(now);
    this.wake();
  }

  /** As `stop`, but without DISCONNECT: the server publishes the will. */
  abandon(): void {
    this.end();
    this.link?.connection.abandon();
  }

  /**
   * Sends a message now or, when there is no connection or the in-flight window is full, in its turn.
   * @param handler is told how it ended, later
   * @returns how it fares; refused messages say so at once
   * @throws UsageError for a topic name, QoS or string that MQTT cannot carry; and what a transport throws that cannot write.
   *   The message is on its way then all the same: with QoS 1 and 2 it is sent again on the next connection
   */
  publish(message: Message, handler?: DeliveryHandler): Delivery {
    const now = this.clock.now();
    const link = this.link;
    if (link?.calm !== undefined && !this.inTurn) {
      const outgoing = sendAlone(link, message, handler, now);
      if (outgoing !== undefined) {
        // With QoS 0 it is known how it ended, which is told in the turn; until then nothing else is to be done.
        if (handler !== undefined && outgoing.outcome !== undefined) this.schedule(now, 0);
        return outgoing;
      }
    }
    this.wake();
    const { options } = this.reconnector;
    const room = options.maximumInFlight - this.session.inFlight;
    return this.outbox.add(message, handler, now, options, this.connected, room);
  }

  /**
   * Receives messages whose topic name matches, now and after each reconnection, from either server.
   * @throws UsageError for an invalid topic filter or QoS
   */
  subscribe(topicFilter: string, handler: SubscriptionHandler, qos: QoS = 1): void {
    checkTopicFilter(topicFilter);
    checkQos(qos, "requested QoS [MQTT-3.8.3-4]");
    this.subscriptions.add(topicFilter, handler, qos);
    this.wake();
  }

  /** Takes back what `subscribe` did: for one handler, or for all of exactly this topic filter. */
  unsubscribe(topicFilter: string, handler?: SubscriptionHandler): void {
    this.subscriptions.remove(topicFilter, handler);
    this.wake();
  }

  /** For the link: something arrived, or can be sent. */
  onLinkChanged(): void {
    this.turn();
  }

  onAcknowledged(): void {
    if (this.outbox.settledLength > 0) this.reportOutcomes();
  }

  /** For the timer. */
  onExpired(): void {
    this.timerDue = Number.POSITIVE_INFINITY;
    this.turn();
  }

  /** For the watch on the primary. */
  onPrimaryGood(): void {
    this.isPrimaryGood = true;
    this.wake();
  }

  /** For the router: tells the observer, and survives what it throws. */
  emit(event: ClientEvent): void {
    try {
      this.observer?.onEvent(event);
    } catch (error) {
      // An observer that fails at this too cannot be helped.
      if (event.type !== "handler-failed") this.emit({ type: "handler-failed", error });
    }
  }

  /** No connection follows the present one. */
  private end(): void {
    this.reconnector.stop();
    if (this.finishing === "delivering") this.finishing = "closing";
    this.wake();
  }

  /** Sees to it that a turn comes soon. */
  private wake(): void {
    if (this.link !== undefined) this.link.calm = undefined;
    if (!this.inTurn) this.schedule(this.clock.now(), 0);
  }

  /** Does everything that can be done now, then sets the timer for the rest. */
  private turn(): void {
    if (this.inTurn) return;
    this.inTurn = true;
    let isLate = true;
    try {
      const now = this.clock.now();
      isLate = now >= this.deadline;
      if (isLate) this.outbox.expired(now);
      if (this.outbox.store !== undefined) this.reportStore();
      while (this.step(now, isLate)) {
        // Until nothing is left to do.
      }
    } finally {
      this.inTurn = false;
      const link = this.link;
      link?.rest(this.hasCalmed(link) ? this : undefined);
      // Also when a port threw: the client goes on.
      this.setTimer(isLate);
    }
    if (this.outbox.settledLength > 0) this.reportOutcomes();
    if (this.finishing !== undefined) this.goOnFinishing();
  }

  private hasCalmed(link: Link): boolean {
    return (
      link.isIdle &&
      !this.subscriptions.isChanged &&
      this.isPrimaryGood !== true &&
      this.outbox.store === undefined &&
      this.finishing === undefined
    );
  }

  /** After the handlers, which may have published more. */
  private goOnFinishing(): void {
    if (this.finishing === "delivering") {
      const isDone = this.pending === 0 && this.outbox.settledLength === 0;
      if (isDone || this.clock.now() >= this.finishBy) this.stop();
    } else if (this.finishing === "closing" && this.link === undefined) {
      this.finishing = undefined;
      this.emit({ type: "finished", pending: this.pending });
    }
  }

  /** One round; returns whether another one may find something to do. */
  private step(now: Milliseconds, isLate: boolean): boolean {
    const link = this.link ?? this.attempt(now);
    if (link === undefined) return false;
    this.receive(link, now, isLate);
    if (this.link !== link) return true;
    if (this.subscriptions.isChanged) this.askForSubscriptions(link);
    const isReady = link.attempt !== undefined && this.reportReady(link);
    if (this.isPrimaryGood === true && this.isQuiet(link)) this.goBack(link, now);
    return link.transmit(now) || isReady;
  }

  private reportStore(): void {
    const messageCount = this.restoredCount ?? 0;
    this.restoredCount = 0;
    if (messageCount > 0) this.emit({ type: "restored", messageCount });
    const error = this.outbox.store?.failure;
    if (error === undefined || this.isFailureTold === true) return;
    this.isFailureTold = true;
    this.emit({ type: "store-failed", error });
  }

  private attempt(now: Milliseconds): Link | undefined {
    const server = this.reconnector.takeAttempt(now);
    if (server === undefined) return undefined;
    const { options } = this.reconnector;
    const { host, port } = options.endpoint;
    const { clock, router, shared, transport } = this;
    const ports = { clock, transport };
    const link = new Link(server, options, this.session, ports, this, now, router, shared?.receiveBuffer);
    this.link = link;
    // With the link in place, so that an observer may stop the client here.
    this.emit({ type: "connecting", server, host, port, attempt: this.reconnector.attempt });
    return link;
  }

  /** Takes everything that has arrived, or until the link is over. */
  private receive(link: Link, now: Milliseconds, isLate: boolean): void {
    const connection = link.connection;
    for (;;) {
      const event = connection.nextEvent(now);
      if (event === undefined) {
        if ((!link.hasNews && !isLate) || !link.receive(now, isLate)) return;
      } else if (event.type === "message") {
        this.router.deliver(event);
      } else {
        this.handle(link, event, now);
        if (this.link !== link) return;
      }
    }
  }

  private handle(link: Link, event: Exclude<ConnectionEvent, MessageEvent>, now: Milliseconds): void {
    const { server } = link;
    switch (event.type) {
      case "connected":
        link.connectedAt = now;
        this.reconnector.succeeded(now);
        this.subscriptions.begin(server, event.sessionPresent);
        if (server === "mqtt1") this.failBack?.watch();
        this.emit({ type: "connected", server, sessionPresent: event.sessionPresent });
        break;
      case "subscribed":
        this.router.subscribed(server, event.packetIdentifier, event.returnCodes);
        break;
      case "unsubscribed":
        this.router.unsubscribed(server, event.packetIdentifier);
        break;
      case "closed":
        this.closed(link, event, now);
        break;
      default:
        this.router.arrived(event);
    }
  }

  private closed(link: Link, event: ClosedEvent, now: Milliseconds): void {
    const { server } = link;
    const { stage, reason, returnCode, cause } = event;
    const stages = link.attempt?.over();
    const { options } = link;
    link.close();
    this.link = undefined;
    this.timedState = undefined;
    if (this.isPrimaryGood === true) this.isPrimaryGood = false;
    this.failBack?.rest();
    this.outbox.disconnected(options.queueQos0);
    this.emit({
      type: "disconnected",
      server,
      stage,
      reason,
      ...(returnCode === undefined ? {} : { returnCode }),
      ...(cause === undefined ? {} : { cause }),
      ...(stages === undefined ? {} : { stages }),
    });
    this.takeovers ??= new TakeoverWatch();
    if (this.takeovers.ended(event, now - link.connectedAt, 2 * options.reconnectMaximum)) {
      this.emit({ type: "client-identifier-in-use", server, clientIdentifier: options.clientIdentifier });
    }
    // Asked for by the application, or by going back.
    if (reason === "requested") return;
    this.reconnector.failed(now);
    const { deadline, server: next } = this.reconnector;
    if (deadline === undefined) return;
    const switched = next !== server;
    if (switched) this.sessionOf(server).handOver();
    this.emit({ type: "waiting", server: next, delay: deadline - now, switched });
  }

  /** Whether nothing is under way that would have to be sent again. */
  private isQuiet(link: Link): boolean {
    return (
      link.connection.state === "connected" &&
      this.pending === 0 &&
      !this.subscriptions.isAsking &&
      !this.router.isStreaming
    );
  }

  /** Without DISCONNECT: whoever looks for the device at the backup learns from the will that it is gone. */
  private goBack(link: Link, now: Milliseconds): void {
    this.isPrimaryGood = false;
    this.emit({ type: "failing-back" });
    this.sessionOf(link.server).handOver();
    this.reconnector.failBack(now);
    link.connection.abandon();
  }

  private askForSubscriptions(link: Link): void {
    const { connection, server } = link;
    if (connection.state !== "connected") return;
    const subscriptions = this.subscriptions;
    while (!this.session.identifiers.exhausted) {
      let batch = subscriptions.toSubscribe(server);
      if (batch.length > 0) {
        subscriptions.asked(server, connection.subscribe(batch), batch);
        link.attempt?.begin("suback");
        continue;
      }
      batch = subscriptions.toUnsubscribe(server);
      if (batch.length === 0) return;
      const topicFilters = batch.map((asked) => asked.topicFilter);
      subscriptions.asked(server, connection.unsubscribe(topicFilters), batch);
    }
  }

  /** The attempt has reached its end once the server has answered to every subscription; returns whether it has. */
  private reportReady(link: Link): boolean {
    const { attempt, server } = link;
    if (attempt === undefined || link.connection.state !== "connected" || this.subscriptions.isAsking) {
      return false;
    }
    link.attempt = undefined;
    this.emit({ type: "ready", server, stages: attempt.over() });
    return true;
  }

  /**
   * Outside the turn, so that what the handlers ask for is done in the next one, and only what is settled by now: a
   * handler that publishes a refused message again, and again, does not hold the client up.
   */
  private reportOutcomes(): void {
    for (let left = this.outbox.settledLength; left > 0; left -= 1) {
      const outgoing = this.outbox.takeSettled();
      try {
        outgoing?.handler?.onOutcome(outgoing);
      } catch (error) {
        this.emit({ type: "handler-failed", error });
      }
    }
  }

  /**
   * Sets the timer for what falls due next. When nothing does, it must not keep a process alive.
   *
   * While a connection is in the same state, its deadline only moves away as packets come and go. It is looked at again
   * when the old one has come, and not for every packet.
   */
  private setTimer(isLate: boolean): void {
    const connection = this.link?.connection;
    const state = connection?.state;
    if (isLate || state !== this.timedState || connection === undefined) {
      this.timedState = state;
      const own = connection === undefined ? this.reconnector.deadline : connection.deadline;
      this.deadline = own ?? Number.POSITIVE_INFINITY;
    }
    if (this.outbox.nextExpiry < this.deadline) this.deadline = this.outbox.nextExpiry;
    if (this.finishing === "delivering" && this.finishBy < this.deadline) this.deadline = this.finishBy;
    if (this.deadline < this.timerDue) {
      const now = this.clock.now();
      this.schedule(now, this.deadline > now ? this.deadline - now : 0);
    } else if (this.deadline === Number.POSITIVE_INFINITY) {
      this.timerDue = Number.POSITIVE_INFINITY;
      this.timer.cancel();
    }
  }

  /** One timer in all. It may ring too early, which is harmless, but never too late. */
  private schedule(now: Milliseconds, delay: Milliseconds): void {
    if (now + delay >= this.timerDue) return;
    this.timerDue = now + delay;
    this.timer.schedule(delay);
  }

  /** With the server in use, or tried next. */
  private get session(): Session {
    return this.sessionOf(this.reconnector.server);
  }

  private sessionOf(server: ServerName): Session {
    return server === "mqtt1" && this.backupSession !== undefined ? this.backupSession : this.primarySession;
  }
}

function expire(client: MqttClient): void {
  client.onExpired();
}
