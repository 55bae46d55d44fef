// Runs pipelines over documents, each document on its own. Stdin and stdout are JSON; what JSON lacks is tagged.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(process.argv[2]);
const { aggregate } = require("mingo");

const decode = (value) => {
  if (Array.isArray(value)) return value.map(decode);
  if (value === null || typeof value !== "object") return value;
  if ("\u0000number" in value) return Number(value["\u0000number"]);
  if ("\u0000date" in value) return new Date(value["\u0000date"]);
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, decode(inner)]));
};
const encode = (value) => {
  if (Array.isArray(value)) return value.map((one) => (one === undefined ? null : encode(one)));
  if (typeof value === "number" && !Number.isFinite(value)) return { "\u0000number": String(value) };
  if (value instanceof Date) return { "\u0000date": value.getTime() };
  if (value === null || typeof value !== "object") return value;
  const kept = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return Object.fromEntries(kept.map(([name, inner]) => [name, encode(inner)]));
};

const { documents, pipelines } = JSON.parse(readFileSync(0, "utf8"));
// mingo changes the documents that it is given
const decoded = documents.map(decode);
const alone = (document, stages) => {
  try {
    return { documents: encode(aggregate([structuredClone(document)], stages)) };
  } catch (error) {
    return { error: String(error.message ?? error) };
  }
};
const answers = pipelines.map((given) => {
  const stages = decode(given);
  // a lone $project answers once a document: all go at once, and one by one only where one of them fails
  if (stages.length === 1 && "$project" in stages[0]) {
    try {
      return encode(aggregate(structuredClone(decoded), stages)).map((document) => ({ documents: [document] }));
    } catch {
      // below
    }
  }
  return decoded.map((document) => alone(document, stages));
});
process.stdout.write(JSON.stringify(answers));
