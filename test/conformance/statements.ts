/**
 * The numbered statements of MQTT 3.1.1 (OASIS, 29 October 2014, Appendix B), and those of them that bind a client, by
 * our reading of section 7.1.2.
 */

/** Section, and the last numbers of its statements; those left out are about servers only. */
const CLIENT: Readonly<Record<string, readonly number[]>> = {
  "1.5.3": [1, 2, 3],
  "2.2.2": [1, 2],
  "2.3.1": [1, 2, 3, 5, 6],
  "3.1.0": [1],
  "3.1.2": [4, 6, 9, 11, 13, 14, 15, 18, 19, 20, 21, 22, 23],
  "3.1.3": [1, 2, 3, 4, 7, 10, 11],
  "3.3.1": [1, 2, 4],
  "3.3.2": [1, 2],
  "3.3.4": [1],
  "3.6.1": [1],
  "3.8.1": [1],
  "3.8.3": [1, 3],
  "3.10.1": [1],
  "3.10.3": [1, 2],
  "3.14.4": [1, 2],
  "4.1.0": [1, 2],
  "4.3.1": [1],
  "4.3.2": [1, 2],
  "4.3.3": [1, 2],
  "4.4.0": [1],
  "4.5.0": [2],
  "4.6.0": [1, 2, 3, 4],
  "4.7.1": [1, 2, 3],
  "4.7.3": [1, 2, 3],
  "4.8.0": [1, 2],
  "6.0.0": [1, 2, 3],
  "7.0.0": [2],
  "7.1.2": [1],
};

/** Section, and how many statements it has. */
const COUNTS: Readonly<Record<string, number>> = {
  "1.5.3": 3,
  "2.2.2": 2,
  "2.3.1": 7,
  "3.1.0": 2,
  "3.1.2": 24,
  "3.1.3": 11,
  "3.1.4": 5,
  "3.2.0": 1,
  "3.2.2": 6,
  "3.3.1": 12,
  "3.3.2": 3,
  "3.3.4": 1,
  "3.3.5": 2,
  "3.6.1": 1,
  "3.8.1": 1,
  "3.8.3": 4,
  "3.8.4": 6,
  "3.9.3": 2,
  "3.10.1": 1,
  "3.10.3": 2,
  "3.10.4": 6,
  "3.12.4": 1,
  "3.14.1": 1,
  "3.14.4": 3,
  "4.1.0": 2,
  "4.3.1": 1,
  "4.3.2": 2,
  "4.3.3": 2,
  "4.4.0": 1,
  "4.5.0": 2,
  "4.6.0": 6,
  "4.7.1": 3,
  "4.7.2": 1,
  "4.7.3": 4,
  "4.8.0": 2,
  "6.0.0": 4,
  "7.0.0": 2,
  "7.1.1": 2,
  "7.1.2": 1,
};

export const CLIENT_STATEMENTS = idsOf(CLIENT);
/** Those that bind only servers too. */
export const STATEMENTS = idsOf(
  Object.fromEntries(
    Object.entries(COUNTS).map(([section, count]) => [
      section,
      Array.from({ length: count }, (_, index) => index + 1),
    ]),
  ),
);

function idsOf(sections: Readonly<Record<string, readonly number[]>>): readonly string[] {
  return Object.entries(sections).flatMap(([section, numbers]) =>
    numbers.map((number) => `MQTT-${section}-${number}`),
  );
}
