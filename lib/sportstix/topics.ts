/** Who reads a topic. */
export interface Consumer {
  /** Name of the service. */
  readonly service: string;
  /** Id of its consumer group, as the service itself has it. */
  readonly group: string;
}

/** A topic of Kafka. What consumers cannot handle they write to its dead-letter topic, `NAME.DLT`, which has as many partitions. */
export interface Topic {
  /** Name. */
  readonly name: string;
  /** Number of partitions. */
  readonly partitions: number;
  /** Name of the service that writes it. */
  readonly producer: string;
  /** Who reads it. */
  readonly consumers: readonly Consumer[];
}

const admin: Consumer = { service: 'admin', group: 'admin-service' };
const booking: Consumer = { service: 'booking', group: 'booking-service' };
const payment: Consumer = { service: 'payment', group: 'payment-service' };
/** booking's part in a payment, which has a group of its own. */
const saga: Consumer = { service: 'booking', group: 'booking-saga' };

/** The topics of Sportstix, and who uses them. */
export const topics: readonly Topic[] = [
  { name: 'ticket.booking.created', partitions: 8, producer: 'booking', consumers: [payment, admin] },
  { name: 'ticket.booking.confirmed', partitions: 8, producer: 'booking', consumers: [payment, admin] },
  { name: 'ticket.booking.cancelled', partitions: 8, producer: 'booking', consumers: [payment, admin] },
  { name: 'ticket.seat.held', partitions: 8, producer: 'booking', consumers: [] },
  { name: 'ticket.seat.released', partitions: 8, producer: 'booking', consumers: [] },
  { name: 'ticket.payment.completed', partitions: 6, producer: 'payment', consumers: [saga, admin] },
  { name: 'ticket.payment.failed', partitions: 6, producer: 'payment', consumers: [saga] },
  { name: 'ticket.payment.refunded', partitions: 6, producer: 'payment', consumers: [saga, admin] },
  { name: 'ticket.queue.entered', partitions: 4, producer: 'queue', consumers: [] },
  { name: 'ticket.queue.token-issued', partitions: 4, producer: 'queue', consumers: [] },
  { name: 'ticket.game.seat-initialized', partitions: 3, producer: 'game', consumers: [booking] },
  { name: 'ticket.game.info-updated', partitions: 3, producer: 'game', consumers: [booking, admin] },
];
