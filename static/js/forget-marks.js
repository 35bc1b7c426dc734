// Nobody is signed in any more: what lay on this device for somebody who was is taken away.
for (const key of Object.keys(localStorage)) {
  if (!key.startsWith("my-agenda/")) continue;
  try {
    if (JSON.parse(localStorage.getItem(key)).account) localStorage.removeItem(key);
  } catch {
    localStorage.removeItem(key);
  }
}
