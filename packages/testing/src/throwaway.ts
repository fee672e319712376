/** Servers for tests listen on loopback and hold nothing worth having. */
export const PASSWORD = "for-tests";

/** A killed process loses nothing that it wrote, for the kernel has it; only a power cut would, and that is not tested. */
export const THROWAWAY_POSTGRES = {
  fsync: "off",
  full_page_writes: "off",
  // Each test's database is a copy that goes through the log: to compress it was a sixth of all that tests cost.
  wal_compression: "off",
  shared_buffers: "128MB",
  max_connections: "400",
  wal_level: "minimal",
  max_wal_senders: "0",
};
