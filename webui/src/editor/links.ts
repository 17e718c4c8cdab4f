/** What the daemon takes as an address: appliance/api/document-schema.json, `links`. */
export function isAllowedLink(address: string): boolean {
  if (address.length > 2048 || /[\s\\\p{Cc}\p{Cf}]/u.test(address)) return false;
  if (/^\/(?!\/)/.test(address)) return true;
  return /^https?:\/\/[^/]/i.test(address) || /^mailto:[^@]+@[^@]+$/i.test(address);
}

/** "example.org" becomes "https://example.org"; what is no address comes back as null. */
export function readLink(typed: string): string | null {
  const text = typed.trim();
  if (isAllowedLink(text)) return text;
  const bare = /^[\p{L}\p{N}-]+(\.[\p{L}\p{N}-]+)+([/?#].*)?$/u.test(text);
  return bare && isAllowedLink(`https://${text}`) ? `https://${text}` : null;
}
