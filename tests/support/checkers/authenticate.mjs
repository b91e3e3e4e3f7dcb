// Mails in base64 and DNS records ({"TXT example.org": ["…"]}) → results of SPF, DKIM and DMARC by mailauth.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(`${process.env.CHECKERS}/`);
const { authenticate } = require("mailauth");

const { mails, dns, sender, ip } = JSON.parse(readFileSync(0));
const resolver = async (name, type) => {
  const records = dns[`${type} ${name}`];
  if (!records) throw Object.assign(new Error(`${type} ${name}`), { code: "ENOTFOUND" });
  return records;
};

const results = [];
for (const mail of mails) {
  const { dkim, spf, dmarc } = await authenticate(Buffer.from(mail, "base64"), {
    resolver, sender, ip, helo: "mail.example.org", mta: "mx.example.net", disableArc: true, disableBimi: true,
  });
  results.push({
    dkim: dkim.results.map(({ status, signingDomain, info }) => ({ ...status, signingDomain, info })),
    spf: spf.status.result,
    dmarc: dmarc.status.result,
    alignment: dmarc.alignment,
  });
}
process.stdout.write(JSON.stringify(results));
