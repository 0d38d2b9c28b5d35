// Maps of the operator that the proteins of an upload can join.

import { count } from "/viewer/format.js";
import { labelled } from "./choices.js";

const NONE = { name: "", label: "None", help: "A map of your proteins alone.", default: true };

/** The choices of a form, with those maps where there are any. */
export function withBaseMaps({ choices, base_maps: maps }) {
  if (!maps.length) return choices;
  const cards = maps.map((map) => ({ name: map.name, label: map.name, help: help(map, choices), default: false }));
  return { base_map: [NONE, ...cards], ...choices };
}

function help({ proteins, embedders, methods }, choices) {
  const by = [...labelled(choices.embedders, embedders), ...labelled(choices.methods, methods)].join(", ");
  return `${count(proteins, "protein")} (${by}). Yours are placed among them, and they stay where they are.`;
}

/** Limits of proteins that join a map, or, without one, of those that do not. */
export function limitsOf({ limits }, map) {
  return map ? { ...limits, min_sequences: map.min_sequences } : limits;
}

/** Under which names the history has jobs of embedders, and of those that join a map. */
export function inHistory(embedders, map) {
  return map ? embedders.map((name) => `${name}@${map}`) : embedders;
}
