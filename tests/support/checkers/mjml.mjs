// MJML documents → HTML.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const mjml2html = createRequire(`${process.env.CHECKERS}/`)("mjml");

const pages = [];
for (const document of JSON.parse(readFileSync(0))) {
  const { html, errors } = await (mjml2html.default ?? mjml2html)(document, { validationLevel: "strict" });
  if (errors.length) throw new Error(JSON.stringify(errors));
  pages.push(html);
}
process.stdout.write(JSON.stringify(pages));
