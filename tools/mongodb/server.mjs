// Stands in for a MongoDB server: its wire protocol, with mingo as the engine and memory as the disk.
//
//   node server.mjs PORT
//
// No MongoDB server is to be had from PyPI, npm or Debian, and this is none: it has no planner, no
// transactions and no users, an index is only ever a unique constraint, and a double without a
// fraction comes back as an integer. It shows that what is asked over the wire means the same as in
// SQL as far as mingo and MongoDB agree; where they do not, the stage is written out below.
// https://www.mongodb.com/docs/manual/reference/mongodb-wire-protocol/

import { createServer } from "node:net";
import { deserialize, ObjectId, serialize } from "bson";
import { Aggregator, Query, updateMany } from "mingo";

const LARGEST = 48_000_000;
const OP_REPLY = 1;
const OP_QUERY = 2004;
const OP_MSG = 2013;
const DUPLICATE = 11000;

class CommandError extends Error {
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}

// A collection: its documents, its indexes, and the values that the unique ones have seen.
class Collection {
  documents = new Set();
  indexes = new Map();
  unique = [];

  constructor(name) {
    this.name = name;
    this.addIndex({ v: 2, name: "_id_", key: { _id: 1 }, unique: true });
  }

  addIndex(index) {
    this.indexes.set(index.name, index);
    if (!index.unique) return;
    const covers = new Query(index.partialFilterExpression ?? {});
    const each = { name: index.name, paths: Object.keys(index.key), covers, seen: new Set() };
    for (const document of this.documents) this.note(each, document);
    this.unique.push(each);
  }

  note(index, document) {
    if (!index.covers.test(document)) return;
    const values = signature(document, index.paths);
    if (index.seen.has(values)) {
      const where = `collection: ${this.name} index: ${index.name}`;
      throw new CommandError(DUPLICATE, `E11000 duplicate key error ${where}`);
    }
    index.seen.add(values);
  }

  add(document) {
    const done = [];
    try {
      for (const index of this.unique) {
        this.note(index, document);
        done.push(index);
      }
    } catch (error) {
      this.forget(document, done);
      throw error;
    }
    this.documents.add(document);
  }

  remove(document) {
    this.documents.delete(document);
    this.forget(document, this.unique);
  }

  forget(document, indexes) {
    for (const { covers, paths, seen } of indexes) {
      if (covers.test(document)) seen.delete(signature(document, paths));
    }
  }

  replace(before, after) {
    this.remove(before);
    try {
      this.add(after);
    } catch (error) {
      this.add(before);
      throw error;
    }
  }

  find(filter) {
    const query = new Query(filter);
    return [...this.documents].filter((document) => query.test(document));
  }
}

const collections = new Map();
const collection = (name) => {
  if (!collections.has(name)) collections.set(name, new Collection(name));
  return collections.get(name);
};

// MongoDB compares null and what is missing alike, and dates and keys by value.
const signature = (document, paths) => JSON.stringify(paths.map((path) => plain(document[path])));
const plain = (value) => {
  if (value === undefined || value === null) return null;
  return value instanceof Date ? { date: value.getTime() } : value;
};

// mingo writes into what it is given; only values that cannot change may be shared.
const copy = (value) => {
  if (Array.isArray(value)) return value.map(copy);
  if (value === null || typeof value !== "object") return value;
  if (Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, copy(each)]));
};

const run = (documents, pipeline, variables = {}) => {
  let rows = documents;
  let areCopies = false;
  for (const stage of pipeline) {
    const [name] = Object.keys(stage);
    if (name === "$match") {
      const query = new Query(stage.$match, { variables });
      rows = rows.filter((row) => query.test(row));
      continue;
    }
    if (!areCopies) rows = rows.map(copy);
    areCopies = true;
    rows = name === "$lookup" ? lookup(rows, stage.$lookup, variables) : apply(rows, stage, variables);
  }
  return rows;
};

const apply = (rows, stage, variables) =>
  new Aggregator([inUtc(merging(stage))], { variables }).run(rows);

// Fields added to a document within a row leave its others alone; mingo knows that of paths only.
const merging = (stage) => {
  const [name] = Object.keys(stage);
  return ["$addFields", "$set"].includes(name) ? { [name]: paths(stage[name]) } : stage;
};
const paths = (fields, prefix = "") =>
  Object.fromEntries(
    Object.entries(fields).flatMap(([key, value]) => {
      const isDocument = value !== null && Object.getPrototypeOf(value) === Object.prototype;
      const keys = isDocument ? Object.keys(value) : [];
      return keys.length && !keys.some((each) => each.startsWith("$"))
        ? Object.entries(paths(value, `${prefix}${key}.`))
        : [[prefix + key, value]];
    }),
  );

// To mingo "UTC" is no zone.
const inUtc = (value) => {
  if (Array.isArray(value)) return value.map(inUtc);
  if (value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
  const isUtc = (key, each) => key === "timezone" && each === "UTC";
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [key, isUtc(key, each) ? "+00:00" : inUtc(each)]),
  );
};

// mingo's own forgets `localField` when there is a pipeline, and the variables of the stage around it.
const lookup = (rows, { from, localField, foreignField, pipeline = [], as, ...stage }, variables) => {
  const foreign = new Map();
  for (const row of collection(from).documents) {
    const key = foreignField ? signature(row, [foreignField]) : "";
    foreign.has(key) ? foreign.get(key).push(row) : foreign.set(key, [row]);
  }
  for (const row of rows) {
    const local = localField ? localField.split(".").reduce((value, key) => value?.[key], row) : "";
    const found = foreign.get(localField ? signature({ local }, ["local"]) : "") ?? [];
    const own = stage.let ? apply([row], { $project: { _id: 0, ...stage.let } }, variables)[0] : {};
    row[as] = run(found, pipeline, { ...variables, ...own }).map(copy);
  }
  return rows;
};

const HELLO = {
  helloOk: true,
  isWritablePrimary: true,
  ismaster: true,
  maxBsonObjectSize: 16_777_216,
  maxMessageSizeBytes: LARGEST,
  maxWriteBatchSize: 100_000,
  minWireVersion: 0,
  maxWireVersion: 17,
  readOnly: false,
};

const cursor = (name, rows) => ({ cursor: { id: 0, ns: `journify.${name}`, firstBatch: rows } });

const COMMANDS = {
  hello: () => ({ ...HELLO, localTime: new Date() }),
  ping: () => ({}),
  buildInfo: () => ({ version: "6.0.0", versionArray: [6, 0, 0, 0] }),
  endSessions: () => ({}),
  create: ({ create: name }) => {
    if (collections.has(name)) throw new CommandError(48, `Collection ${name} already exists.`);
    collection(name);
    return {};
  },
  drop: ({ drop: name }) => {
    if (!collections.delete(name)) throw new CommandError(26, "ns not found");
    return {};
  },
  dropDatabase: () => {
    collections.clear();
    return {};
  },
  listCollections: () =>
    cursor(
      "$cmd.listCollections",
      [...collections.keys()].map((name) => ({ name, type: "collection", options: {} })),
    ),
  createIndexes: ({ createIndexes: name, indexes }) => {
    for (const index of indexes) collection(name).addIndex({ v: 2, ...index });
    return {};
  },
  listIndexes: ({ listIndexes: name }) => cursor(name, [...collection(name).indexes.values()]),
  dropIndexes: ({ dropIndexes: name, index }) => {
    const target = collection(name);
    if (!target.indexes.delete(index)) throw new CommandError(27, "index not found");
    target.unique = target.unique.filter((each) => each.name !== index);
    return {};
  },
  insert: ({ insert: name, documents, ordered = true }) => {
    const target = collection(name);
    const writeErrors = [];
    let n = 0;
    for (const [index, document] of documents.entries()) {
      try {
        target.add({ _id: new ObjectId(), ...document });
        n += 1;
      } catch (error) {
        writeErrors.push({ index, code: error.code, errmsg: error.message });
        if (ordered) break;
      }
    }
    return writeErrors.length ? { n, writeErrors } : { n };
  },
  update: ({ update: name, updates }) => {
    const target = collection(name);
    let n = 0;
    for (const { q, u } of updates) {
      for (const document of target.find(q)) {
        const [changed] = Array.isArray(u) ? run([document], u) : [copy(document)];
        if (!Array.isArray(u)) updateMany([changed], {}, u);
        target.replace(document, changed);
        n += 1;
      }
    }
    return { n, nModified: n };
  },
  delete: ({ delete: name, deletes }) => {
    const target = collection(name);
    const found = deletes.flatMap(({ q }) => target.find(q));
    for (const document of found) target.remove(document);
    return { n: found.length };
  },
  aggregate: ({ aggregate: name, pipeline }) => {
    if (pipeline[0]?.$listSearchIndexes) throw new CommandError(31082, "only on Atlas");
    return cursor(name, run([...collection(name).documents], pipeline));
  },
};
COMMANDS.buildinfo = COMMANDS.buildInfo;
COMMANDS.ismaster = COMMANDS.isMaster = COMMANDS.hello;

const answer = (command) => {
  const [name] = Object.keys(command);
  try {
    if (!COMMANDS[name]) throw new CommandError(59, `no such command: '${name}'`);
    return { ...COMMANDS[name](command), ok: 1 };
  } catch (error) {
    if (!(error instanceof CommandError)) console.error(name, JSON.stringify(command), error);
    return { ok: 0, code: error.code ?? 8, codeName: "Error", errmsg: String(error.message) };
  }
};

const read = (bytes) => deserialize(bytes, { promoteBuffers: false });

// OP_MSG: a document, and lists of documents that would make it too large.
const readMessage = (message) => {
  let command = {};
  const lists = {};
  for (let at = 20; at < message.length; ) {
    const kind = message[at];
    const size = message.readInt32LE(at + 1);
    const section = message.subarray(at + 1, at + 1 + size);
    if (kind === 0) {
      command = read(section);
    } else {
      const end = section.indexOf(0, 4);
      const list = (lists[section.toString("utf8", 4, end)] = []);
      for (let from = end + 1; from < size; from += section.readInt32LE(from)) {
        list.push(read(section.subarray(from, from + section.readInt32LE(from))));
      }
    }
    at += 1 + size;
  }
  return { ...command, ...lists };
};

// OP_QUERY is only left for the first hello of a connection.
const readQuery = (message) => read(message.subarray(message.indexOf(0, 20) + 9));

const write = (request, reply) => {
  const isMessage = request.readInt32LE(12) === OP_MSG;
  const head = Buffer.alloc(isMessage ? 21 : 36);
  const body = serialize(reply, { ignoreUndefined: true });
  head.writeInt32LE(head.length + body.length, 0);
  head.writeInt32LE(request.readInt32LE(4), 8);
  head.writeInt32LE(isMessage ? OP_MSG : OP_REPLY, 12);
  if (!isMessage) head.writeInt32LE(1, 32);
  return Buffer.concat([head, body]);
};

const server = createServer((socket) => {
  let waiting = Buffer.alloc(0);
  socket.on("error", () => socket.destroy());
  socket.on("data", (chunk) => {
    waiting = Buffer.concat([waiting, chunk]);
    while (waiting.length >= 4 && waiting.length >= waiting.readInt32LE(0)) {
      const message = waiting.subarray(0, waiting.readInt32LE(0));
      waiting = waiting.subarray(message.length);
      const isQuery = message.readInt32LE(12) === OP_QUERY;
      socket.write(write(message, answer(isQuery ? readQuery(message) : readMessage(message))));
    }
  });
});
server.listen(Number(process.argv[2]), "127.0.0.1", () => console.log("ready"));
