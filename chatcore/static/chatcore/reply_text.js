/** The text of an answer as its pieces come (`reply.delta`). */

export class ReplyText {
  constructor() {
    this.text = "";
    /** In characters as people count them, not UTF-16 halves, as `offset` is. */
    this.written = 0;
  }

  /**
   * What a piece adds: a repeat is cut off, and a hole is left to the stored message that follows.
   * @param {number} offset @param {string} text @returns {string}
   */
  add(offset, text) {
    if (offset > this.written) return "";
    const fresh = [...text].slice(this.written - offset);
    this.text += fresh.join("");
    this.written += fresh.length;
    return fresh.join("");
  }
}
