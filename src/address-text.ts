/** Addresses in messages, without what may be a secret in them: "user:password@", and values of a query. */

/** More of an address is not looked at: a text of someone else is gone through once. */
const most = 2_000;

const scheme = '[a-z][a-z0-9+.-]{0,30}:';
const users = new RegExp(`(\\b${scheme}//)[^\\s/?#]{0,${most}}@`, 'gi');
const queries = new RegExp(`(\\b${scheme}//[^\\s?#]{0,${most}})([?#]\\S{0,${most}})`, 'gi');

/** A text with each secret of an address in it as "[secret]". */
export function withoutAddressSecrets(text: string): string {
  return text
    .replace(users, '$1[secret]@')
    .replace(queries, (_, before: string, query: string) => `${before}${withoutValues(query)}`);
}

/** The same of one address, which may be relative; of no more than its beginning. */
export function addressWithoutSecrets(address: string): string {
  return withoutValues(
    address.slice(0, most).replace(/^([a-z][a-z0-9+.-]*:)?\/\/[^/?#]*@/i, '$1//[secret]@'),
  );
}

/** Punctuation that may stand behind an address is left, and so is what was taken out before. A part without "=" may be a value, too. */
function withoutValues(query: string): string {
  return query
    .replace(/([?&;#][^=&;#?]*=)(?!\[secret\])[^&;#]*?(?=[.,:)"'’\]]*(?:[&;#\s]|$))/g, '$1[secret]')
    .replace(/([?&;])(?!\[secret\])[^=&;#?]{4,}?(?=[.,:)"'’\]]*(?:[&;#\s]|$))/g, '$1[secret]');
}
