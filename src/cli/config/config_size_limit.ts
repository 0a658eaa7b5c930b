/** How large a configuration file may be: this many bytes, and no more UTF-16 units once it is read. */
export const CONFIG_SIZE_LIMIT = 1024 * 1024;
