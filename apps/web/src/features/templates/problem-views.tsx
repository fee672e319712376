import type { Html } from "@mailwright/html";
import type { Problem } from "@mailwright/template";
import { Badge } from "../../ui/badge.tsx";
import { formatPlural } from "../../ui/format.ts";
import { Icon } from "../../ui/icon.tsx";
import type { Source } from "./templates.ts";

/** The region with what is wrong with a source. */
export const PROBLEMS_ID = "problems";

/** What is wrong with a source, each at its line with what stands there; or that nothing is. */
export function Problems(props: { problems: readonly Problem[]; source: Source }): Html {
  const { problems, source } = props;
  if (problems.length === 0) {
    return (
      <p class="problems-none">
        <Icon name="circle-check" /> Nothing is wrong with it.
      </p>
    );
  }
  return (
    <ul class="problems">
      {problems.map((problem) => (
        <li>
          <div class="row">
            <Badge tone={problem.severity === "error" ? "danger" : "warning"}>
              {problem.severity === "error" ? "Error" : "Warning"}
            </Badge>
            <span class="small muted">{placeOf(problem)}</span>
          </div>
          <p>{problem.message}</p>
          <Excerpt problem={problem} source={source} />
        </li>
      ))}
    </ul>
  );
}

/** How many things are wrong, in a few words; undefined for none. */
export function problemsInWords(problems: readonly Problem[]): string | undefined {
  const errors = problems.filter(({ severity }) => severity === "error").length;
  const warnings = problems.length - errors;
  const parts = [
    ...(errors > 0 ? [formatPlural(errors, "error")] : []),
    ...(warnings > 0 ? [formatPlural(warnings, "warning")] : []),
  ];
  return parts.length === 0 ? undefined : parts.join(" and ");
}

function placeOf({ part, line }: Problem): string {
  if (part === "subject") return "Subject";
  return line === undefined ? "Body" : `Body, line ${line}`;
}

function Excerpt(props: { problem: Problem; source: Source }): Html | null {
  const { problem, source } = props;
  if (problem.line === undefined) return null;
  const line = source[problem.part].split("\n")[problem.line - 1]?.trim();
  if (line === undefined || line === "") return null;
  return <code class="problem-line">{shortened(line)}</code>;
}

function shortened(line: string): string {
  return line.length <= 120 ? line : `${line.slice(0, 119).toWellFormed()}…`;
}
