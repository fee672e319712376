const MOMENT =
  /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(:\d\d)?(?:\.(\d{1,9}))? ?(?:(Z)|([+-]\d\d):?(\d\d)?)?)?$/i;

/**
 * A moment as ISO 8601 and Postgres write it (`2026-07-31`, `2026-07-31T09:00:00.123456Z`, `2026-07-31 09:00+02`), in UTC
 * and to the microsecond; where no offset stands it is UTC. All are written alike, so that they compare as texts. Undefined
 * for anything else, and for what is before 1970.
 */
export function parseMoment(text: string): string | undefined {
  const match = MOMENT.exec(text.trim());
  if (match === null) return undefined;
  const [, day = "", time = "00:00", seconds = ":00", fraction = "", , hours, minutes] = match;
  const offset = hours === undefined ? "Z" : `${hours}:${minutes ?? "00"}`;
  const at = new Date(`${day}T${time}${seconds}${offset}`);
  if (!isDay(day) || !(at.getTime() >= 0) || at.getUTCFullYear() > 9999) return undefined;
  return `${at.toISOString().slice(0, 19)}.${fraction.padEnd(6, "0").slice(0, 6)}Z`;
}

/** The 30th of February would be the 2nd of March. */
function isDay(text: string): boolean {
  const day = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text);
}
