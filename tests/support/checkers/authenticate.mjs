// Mails in base64, and what the DNS has ({"TXT example.org": ["…"]}) → SPF, DKIM and DMARC as mailauth judges them.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(`${process.env.CHECKERS}/`);
const { authenticate } = require("mailauth");

const { mails, dns, sender, ip } = JSON.parse(readFileSync(0));
const resolver = async (name, type) => {
  const found = dns[`${type} ${name}`];
  if (!found) throw Object.assign(new Error(`${type} ${name}`), { code: "ENOTFOUND" });
  return found;
};

const judged = [];
for (const mail of mails) {
  const { dkim, spf, dmarc } = await authenticate(Buffer.from(mail, "base64"), {
    resolver, sender, ip, helo: "mail.example.org", mta: "mx.example.net", disableArc: true, disableBimi: true,
  });
  judged.push({
    dkim: dkim.results.map(({ status, signingDomain, info }) => ({ ...status, signingDomain, info })),
    spf: spf.status.result,
    dmarc: dmarc.status.result,
    alignment: dmarc.alignment,
  });
}
process.stdout.write(JSON.stringify(judged));
