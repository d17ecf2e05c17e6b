/** Stands in for `embedded:io/i2c` in the Linux simulator, which has no bus; the sensor's stand-in needs none. */

export default class I2C {
  close(): void {
    // There is nothing to give back.
  }
}
