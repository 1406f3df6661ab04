// Pictures of the game, as the server sends them (frame.go).

// decode returns what a message says of a frame, its pixels, and those of the difference that the
// network has decided on, if they are there.
export function decode(buffer) {
  const bytes = new Uint8Array(buffer);
  const length = new DataView(buffer).getUint16(0);
  const about = JSON.parse(new TextDecoder().decode(bytes.subarray(2, 2 + length)));
  const [image, end] = picture(bytes, 2 + length, 160, 210);
  const [difference] = end < bytes.length ? picture(bytes, end, 80, 80) : [null];
  return { about, image, difference };
}

// picture returns the picture that begins at a byte, and where it ends.
function picture(bytes, at, width, height) {
  const colours = bytes[at++];
  const palette = bytes.subarray(at, (at += 3 * colours));
  const image = new ImageData(width, height);
  const pixels = image.data;
  for (let y = 0; y < height; ) {
    const rows = bytes[at++], first = 4 * width * y;
    let stretches = bytes[at++], to = first;
    for (; stretches > 0; stretches--) {
      const c = 3 * bytes[at++];
      for (let n = bytes[at++]; n > 0; n--) {
        pixels[to++] = palette[c];
        pixels[to++] = palette[c + 1];
        pixels[to++] = palette[c + 2];
        pixels[to++] = 255;
      }
    }
    for (let row = 1; row < rows; row++) pixels.copyWithin(first + 4 * width * row, first, first + 4 * width);
    y += rows;
  }
  return [image, at];
}

// lost says why there is no game: in the server's words, if it gave some.
export const lost = (reason) => `${reason || "no connection to the game"}; trying again`;

// Link is a WebSocket that comes back after it was lost, ever more slowly.
export class Link {
  constructor(path, { onMessage, onState }) {
    this.path = path;
    this.onMessage = onMessage;
    this.onState = onState;
    this.wait = 1000;
    this.open();
  }

  open() {
    const url = new URL(this.path, location.href);
    url.protocol = url.protocol.replace("http", "ws");
    const socket = new WebSocket(url);
    this.socket = socket;
    socket.binaryType = "arraybuffer";
    socket.onopen = () => this.onState("open");
    socket.onmessage = (e) => {
      this.wait = 1000;
      this.onMessage(decode(e.data));
    };
    socket.onclose = (e) => {
      if (this.socket !== socket) return;
      this.onState("lost", e.reason);
      this.timer = setTimeout(() => this.open(), this.wait);
      this.wait = Math.min(this.wait * 2, 10_000);
    };
  }

  send(text) {
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(text);
  }

  // close hangs up. A connection that is only coming is closed once it is there: the browser would
  // complain of one that is given up before.
  close() {
    clearTimeout(this.timer);
    const socket = this.socket;
    this.socket = null;
    socket.onmessage = null;
    if (socket.readyState === WebSocket.CONNECTING) socket.onopen = () => socket.close();
    else socket.close();
  }
}
