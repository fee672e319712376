/**
 * Nobody sees a comment, nor a part that is for one mail client only (`<!--[if mso]>`). One that is never closed goes on to the
 * end, which also keeps a body of nothing but their beginnings from being read through for each of them.
 */
export const COMMENT = /<!--[\s\S]*?(?:-->|$)/g;
