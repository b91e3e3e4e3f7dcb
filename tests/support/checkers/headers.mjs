// Mails in base64 → their From, To and Subject as postal-mime and mailparser read them.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(`${process.env.CHECKERS}/`);
const { simpleParser } = require("mailparser");
const { default: PostalMime } = require("postal-mime");

const mailbox = ({ name, address }) => [name, address];
const readers = {
  "postal-mime": async (mail) => {
    const { subject, from, to } = await PostalMime.parse(mail);
    return { subject, from: [mailbox(from)], to: to.map(mailbox) };
  },
  mailparser: async (mail) => {
    const { subject, from, to } = await simpleParser(mail);
    return { subject, from: from.value.map(mailbox), to: to.value.map(mailbox) };
  },
};

const mails = JSON.parse(readFileSync(0)).map((mail) => Buffer.from(mail, "base64"));
const read = {};
for (const [name, reader] of Object.entries(readers)) read[name] = await Promise.all(mails.map(reader));
process.stdout.write(JSON.stringify(read));
