import type { SettingFault } from "./gateway.ts";

/** Why a setting, by its name, is no server that can be connected to; an empty one is no fault. */
export function hostFaults(field: string, host: string): SettingFault[] {
  return host === "" || /^[A-Za-z0-9._:-]{1,253}$/.test(host)
    ? []
    : [{ field, message: "Enter the server's name or IP address alone." }];
}

/** The same of a port. */
export function portFaults(field: string, port: string): SettingFault[] {
  return port === "" || isWhole(port, 65_535)
    ? []
    : [{ field, message: "A port is a number from 1 to 65535." }];
}

/** Where an address leads: the origin of a URL (RFC 6454), or a host by its name. */
export function placeOf(address: string): string {
  return isUrl(address) ? new URL(address).origin : address.toLowerCase();
}

/** The host that an address names: without brackets where it is an IPv6 address. */
export function hostOf(address: string): string {
  return isUrl(address) ? new URL(address).hostname.replace(/^\[(.*)\]$/, "$1") : address;
}

function isUrl(address: string): boolean {
  return URL.canParse(address) && /^https?:$/.test(new URL(address).protocol);
}

/** Whether a text is a whole number from 1 to `most`, which has at most six digits. */
export function isWhole(text: string, most: number): boolean {
  return /^[1-9]\d{0,5}$/.test(text) && Number(text) <= most;
}
