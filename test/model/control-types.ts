/** The control packet types that the model tells apart (section 2.2.1). */

export const CONTROL_TYPES = Object.freeze({
  CONNACK: 2,
  PUBLISH: 3,
  PUBACK: 4,
  PUBREC: 5,
  PUBREL: 6,
  PUBCOMP: 7,
} as const);
