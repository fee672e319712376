import type { Socket } from "bun";

/** What a raw server does with one request, once the whole of it has come. */
export type RawAnswer = (socket: Socket<Connection>, request: string, number: number) => void;

interface Connection {
  text: string;
}

/** An HTTP server made of bare sockets, for answers that no HTTP server would give. */
export interface RawServer extends AsyncDisposable {
  url: string;
  /** Requests that have come whole. */
  requests: string[];
}

export function rawServer(answer: RawAnswer): RawServer {
  const requests: string[] = [];
  const listener = Bun.listen<Connection>({
    hostname: "127.0.0.1",
    port: 0,
    socket: {
      open: (socket) => {
        socket.data = { text: "" };
      },
      data: (socket, bytes) => {
        socket.data.text += Buffer.from(bytes).toString("latin1");
        const { text } = socket.data;
        const bodyAt = text.indexOf("\r\n\r\n") + 4;
        const length = Number(/content-length: (\d+)/i.exec(text)?.[1] ?? 0);
        if (bodyAt === 3 || text.length < bodyAt + length) return;
        socket.data.text = "";
        requests.push(text);
        answer(socket, text, requests.length);
      },
    },
  });
  return {
    url: `http://127.0.0.1:${listener.port}/email`,
    requests,
    [Symbol.asyncDispose]: async () => listener.stop(true),
  };
}

/** A whole response as it goes over the wire. */
export function rawResponse(status: number, body: string, headers: string[] = []): string {
  return [
    `HTTP/1.1 ${status} So`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    ...headers,
    "",
    body,
  ].join("\r\n");
}
