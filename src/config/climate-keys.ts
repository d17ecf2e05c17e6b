/** The keys of the climate sensor, section `climate`. All are Reed's. */

import { pinKey, topicKey } from "./app-keys.js";
import { booleanKey, choiceKey, integerKey, numberKey } from "./key.js";

export const CLIMATE_KEYS = Object.freeze({
  sensor: choiceKey({
    default: "sht3x",
    choices: ["sht3x", "analog"],
    origin: "reed",
    doc: "What measures. `sht3x`: a Sensirion SHT30, SHT31 or SHT35 on I2C, temperature and humidity. `analog`: a sensor with a voltage in proportion to the temperature, such as TMP36 or LM35, on an analog input; temperature only.",
  }),
  sda_pin: pinKey(21, "GPIO with the data line of the I2C bus (SDA)."),
  scl_pin: pinKey(22, "GPIO with the clock line of the I2C bus (SCL)."),
  i2c_address: choiceKey({
    default: 68,
    choices: [68, 69],
    origin: "reed",
    doc: "I2C address of the SHT3x: 68 (0x44) with its pin ADDR low, 69 (0x45) with it high.",
  }),
  analog_pin: pinKey(
    34,
    "GPIO with the voltage of the analog sensor; on an ESP32 one of 32 to 39, as the others cannot be used along with Wi-Fi.",
  ),
  analog_offset: numberKey({
    default: 500,
    minimum: -5000,
    maximum: 5000,
    origin: "reed",
    doc: "Voltage of the analog sensor at 0 °C, in millivolts: 500 for a TMP36, 0 for an LM35.",
  }),
  analog_slope: numberKey({
    default: 10,
    minimum: -1000,
    maximum: 1000,
    origin: "reed",
    doc: "How much the voltage of the analog sensor grows with each °C, in millivolts; not 0.",
  }),
  analog_full_scale: integerKey({
    default: 2450,
    minimum: 100,
    maximum: 10_000,
    origin: "reed",
    doc: "Voltage at which the analog input reads its highest value, in millivolts: 2450 on the chips that Moddable calls `esp32`.",
  }),
  interval: numberKey({
    default: 10,
    minimum: 1,
    maximum: 3600,
    unit: "seconds",
    origin: "reed",
    doc: "From one reading to the next.",
  }),
  average: integerKey({
    default: 6,
    minimum: 1,
    maximum: 60,
    origin: "reed",
    doc: "What counts is the mean of this many readings, the newest ones; 1 takes each as it is.",
  }),
  temperature_dead_band: numberKey({
    default: 0.2,
    minimum: 0,
    maximum: 100,
    origin: "reed",
    doc: "The mean is published when its temperature is this many °C or more away from the one published last; 0 publishes after each reading.",
  }),
  humidity_dead_band: numberKey({
    default: 1,
    minimum: 0,
    maximum: 100,
    origin: "reed",
    doc: "As `temperature_dead_band`, for the relative humidity in percent.",
  }),
  report_interval: numberKey({
    default: 300,
    minimum: 1,
    maximum: 86_400,
    unit: "seconds",
    origin: "reed",
    doc: "Published at the latest this long after the last time, even if nothing has changed.",
  }),
  topic: topicKey("Where the readings are published", "<device>/climate"),
  topic_qos: choiceKey({
    default: 1,
    choices: [0, 1, 2],
    origin: "reed",
    doc: "Quality of Service of the readings; lowered to the server's `max_qos`.",
  }),
  topic_retain: booleanKey({ default: true, origin: "reed", doc: "The server retains the newest reading." }),
  status_topic: topicKey(
    "Where `online` and, as the will, `offline` are published, retained",
    "<device>/status",
  ),
});
