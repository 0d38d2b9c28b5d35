// Times and sizes as people read them.

import { count, number } from "/viewer/format.js";

const MINUTE = 60;
const HOUR = 60 * MINUTE;

/** Seconds as a rough time, never broken across lines: `8 s`, `2 minutes`, `1 hour`. */
export function duration(seconds) {
  if (seconds < 1.5 * MINUTE) return `${Math.max(1, Math.round(seconds))}\u00a0s`;
  const minutes = Math.round(seconds / MINUTE);
  const inHours = minutes % MINUTE === 0 || minutes > 2 * MINUTE;
  const text = inHours ? count(Math.round(seconds / HOUR), "hour") : count(minutes, "minute");
  return text.replace(" ", "\u00a0");
}

/** Seconds as they run: `0:08`, `12:30`. */
export function clock(seconds) {
  const whole = Math.floor(seconds);
  return `${Math.floor(whole / MINUTE)}:${String(whole % MINUTE).padStart(2, "0")}`;
}

/** Seconds since 1970 as the time of day here. */
export function timeOfDay(seconds) {
  return new Date(seconds * 1000).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
}

/** Bytes as `8 MB`, `12 kB`. */
export function size(bytes) {
  const unit = bytes < 2 ** 20 ? ["kB", 2 ** 10] : ["MB", 2 ** 20];
  const value = bytes / unit[1];
  return `${number(value < 10 ? Math.round(value * 10) / 10 : Math.round(value))} ${unit[0]}`;
}
