/**
 * What one channel of a guest (serial console, event port, init's report) may hold in a run: a hundred times what an honest guest
 * writes in an hour. A machine that writes more is ended, and judged by that alone.
 */
export const MAX_CHANNEL_BYTES = 16 * 1024 * 1024;
