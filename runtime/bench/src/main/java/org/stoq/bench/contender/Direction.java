package org.stoq.bench.contender;

/** Which way the bytes of a measurement go. The order is that of the wire. */
public enum Direction {
    /** From the client to the server. */
    UP,
    /** From the server to the client. */
    DOWN,
    /** Both at once. */
    BOTH;

    /** Returns whether the client sends. */
    public boolean up() {
        return this != DOWN;
    }

    /** Returns whether the server sends. */
    public boolean down() {
        return this != UP;
    }
}
