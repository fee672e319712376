import { defineConfig } from "@playwright/test";

export default defineConfig({
  testDir: "../..",
  testMatch: ["tests/e2e/*.e2e.ts", "apps/web/src/**/*.e2e.ts"],
  outputDir: "../../test-results",
  workers: 2,
  forbidOnly: true,
  // A page that is slow on a busy machine of two cores; whoever waits in vain says so itself, sooner.
  timeout: 180_000,
  expect: { timeout: 15_000 },
  use: {
    locale: "en-GB",
    actionTimeout: 20_000,
    navigationTimeout: 30_000,
    launchOptions: {
      executablePath: process.env["CHROMIUM_PATH"] ?? "/usr/bin/chromium",
      args: ["--no-sandbox"],
    },
  },
});
