/** Servers for tests listen on loopback and hold nothing worth having. */
export const PASSWORD = "for-tests";

/** A killed process loses nothing that it wrote, for the kernel has it; only a power cut would, and that is not tested. */
export const THROWAWAY_POSTGRES = {
  fsync: "off",
  shared_buffers: "128MB",
  max_connections: "400",
  wal_level: "minimal",
  max_wal_senders: "0",
};
