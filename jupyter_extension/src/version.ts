/** Of this bundle, as package.json has it: another one than the server's asks for a reload. */
export const VERSION = '0.1.0';
