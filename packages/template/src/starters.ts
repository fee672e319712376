import type { TemplateKind, TemplateSource } from "./content.ts";

/** A good first template of each kind, to be changed by the marketer. */
export const starterTemplates: Readonly<Record<TemplateKind, TemplateSource & { name: string }>> = {
  html: {
    name: "Announcement",
    kind: "html",
    subject: "{{ contact.first_name | default: 'Hello' }}, we have news for you",
    body: `<!doctype html>
<html>
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="color-scheme" content="light dark">
  <meta name="supported-color-schemes" content="light dark">
  <style>
    :root { color-scheme: light dark; }
    @media (max-width: 480px) {
      .card { padding: 32px 20px !important; border-radius: 0 !important; }
    }
    @media (prefers-color-scheme: dark) {
      .page { background: #14171d !important; }
      .card { background: #1d2129 !important; }
      .strong { color: #f2f4f8 !important; }
      .normal { color: #c9cfdb !important; }
      .quiet { color: #98a2b6 !important; }
    }
  </style>
</head>
<body class="page" style="margin:0;padding:0;background:#f1f3f7">
  <div style="display:none;max-height:0;overflow:hidden">One sentence that inboxes show beside the subject.</div>
  <div class="page" style="padding:32px 0;background:#f1f3f7;font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif">
    <div class="card" style="max-width:520px;margin:0 auto;padding:44px 40px;background:#ffffff;border-radius:12px">
      <p class="quiet" style="margin:0 0 28px;color:#6b7489;font-size:14px;font-weight:600">{{ sender.name }}</p>
      <h1 class="strong" style="margin:0 0 16px;color:#171c28;font-size:28px;line-height:1.25">Hello {{ contact.first_name | default: "there" }},</h1>
      <p class="normal" style="margin:0 0 16px;color:#3c4557;font-size:16px;line-height:1.6">we have something new, and you are among the first to see it. Say here in two or three sentences what it is and what it does for the reader.</p>
      <p class="normal" style="margin:0 0 28px;color:#3c4557;font-size:16px;line-height:1.6">One idea an email is enough. Everything else can wait behind the button.</p>
      <p style="margin:0 0 28px">
        <a href="https://example.com/news" style="display:inline-block;padding:13px 26px;background:#2f55d4;border-radius:8px;color:#ffffff;font-size:16px;font-weight:600;text-decoration:none">See what is new</a>
      </p>
      <p class="normal" style="margin:0;color:#3c4557;font-size:16px;line-height:1.6">Thank you for reading,<br>{{ sender.name }}</p>
    </div>
    <p class="quiet" style="max-width:520px;margin:24px auto 0;padding:0 20px;color:#6b7489;font-size:13px;line-height:1.5;text-align:center">You receive this at {{ contact.email }} because you are in touch with {{ sender.name }}. <a class="quiet" href="{{ unsubscribe_url }}" style="color:#6b7489">Unsubscribe</a><br>{{ sender.postal_address }}</p>
  </div>
</body>
</html>
`,
  },
  markdown: {
    name: "Newsletter",
    kind: "markdown",
    subject: "News from {{ sender.name }}",
    body: `# Hello {{ contact.first_name | default: "there" }}

Here is what happened this month, in three short pieces.

## The first piece

Write about one thing and **what it means for your readers**. Link to the rest:
[read the whole story](https://example.com/story).

## The second piece

- short lines are easy to read
- a list is easier still

## One more thing

> A sentence that a reader of yours has said.

Until next month,\\
{{ sender.name }}

---

You receive this at {{ contact.email }}. [Unsubscribe]({{ unsubscribe_url }})\\
{{ sender.postal_address }}
`,
  },
  text: {
    name: "Personal letter",
    kind: "text",
    subject: "A question, {{ contact.first_name | default: 'if I may' }}",
    body: `Hello {{ contact.first_name | default: "there" }},

I would like to ask you something. Write it here as you would to one person: plain text looks like a letter, not like an advertisement.

You can simply answer this email.

{{ sender.name }}
`,
  },
};
