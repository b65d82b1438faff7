/**
 * Published schemas that are no longer the present ones, as Avro JSON: histories of years hold bodies
 * written with them. Made by `npm run schemas:publish` from `schemas/published/`; not changed by hand.
 */
export const EARLIER_SCHEMAS: readonly string[] = [
  '{"type":"record","name":"SessionStarted","fields":[{"name":"baseline_digest","type":"string","doc":"SHA-256 of the text as given"}],"namespace":"mmm"}',
];
