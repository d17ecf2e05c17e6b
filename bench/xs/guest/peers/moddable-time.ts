/** Moddable's module `time`: it stands still. */

const Time = Object.freeze({ ticks: 1000, delta: () => 0 });

export { Time as default };
