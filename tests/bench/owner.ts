/** Makes the owner, as the first visit would, and answers the cookie that they are signed in by. */
export async function signInOwner(url: string): Promise<string> {
  const owner = { name: "Bench", email: "bench@example.com", password: "a long and quiet river" };
  const response = await fetch(`${url}/setup`, {
    method: "POST",
    headers: { origin: url },
    body: new URLSearchParams(owner),
    redirect: "manual",
  });
  if (response.status !== 303) throw new Error(`nobody could be signed in: ${response.status}`);
  return response.headers
    .getSetCookie()
    .map((cookie) => cookie.split(";")[0])
    .join("; ");
}
