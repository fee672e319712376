import { totalmem } from "node:os";

const MEGABYTE = 1024 * 1024;

/**
 * The server's settings, for a small machine that it shares with the product. They are given on the command line at every
 * start, so that a new version's settings hold for old data too. Durability is never traded: `synchronous_commit` and
 * `fsync` stay on.
 */
export function postgresSettings(memory: number = totalmem()): Record<string, string> {
  const share = Math.floor(memory / MEGABYTE / 8);
  return {
    listen_addresses: "127.0.0.1",
    shared_buffers: `${Math.min(Math.max(share, 128), 1024)}MB`,
    effective_cache_size: `${Math.max(share * 4, 256)}MB`,
    work_mem: "16MB",
    maintenance_work_mem: "128MB",
    max_connections: "100",
    synchronous_commit: "on",
    wal_compression: "on",
    max_wal_size: "2GB",
    checkpoint_timeout: "15min",
    random_page_cost: "1.1",
    jit: "off",
    timezone: "UTC",
    log_timezone: "UTC",
    // Errors and their details quote what was in the statement, and that is people's addresses: only what concerns the
    // server itself is logged.
    log_min_messages: "log",
    log_min_error_statement: "panic",
    log_error_verbosity: "terse",
    log_checkpoints: "off",
    log_line_prefix: "",
  };
}
