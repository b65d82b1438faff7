import { describe, expect, it } from "vitest";
import { escapeHtml, Html, html } from "../../dashboard/html.ts";

describe("a template", () => {
  it("escapes every value, in lists too", () => {
    const attack = `<img src=x onerror='a("b")'>&`;
    const safe = "&lt;img src=x onerror=&#39;a(&quot;b&quot;)&#39;&gt;&amp;";
    expect(html`<p title='${attack}'>${[attack, [1, null]]}</p>`.text).toBe(
      `<p title='${safe}'>${safe}1</p>`,
    );
  });

  it("leaves markup that is safe as it stands, and nothing of nothing", () => {
    expect(
      html`<ul>${[html`<li>${"a"}</li>`, new Html("<li/>")]}${null}${undefined}</ul>`.text,
    ).toBe("<ul><li>a</li><li/></ul>");
  });

  it("spells out what a reader does not see", () => {
    for (const unseen of ["\u202e", "\u0000"]) {
      expect(escapeHtml(`a${unseen}b`)).not.toContain(unseen);
    }
  });
});
