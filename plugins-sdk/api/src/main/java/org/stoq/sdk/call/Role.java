package org.stoq.sdk.call;

/** What a peer may do at most; each role may do what those before it may. */
public enum Role {
    /** A client that has shown no certificate: it may read, where the node's policy allows that. */
    ANONYMOUS,
    /** A node or client with a certificate: it may read, write, announce and route. */
    NODE,
    /** A person or program with an operator certificate: it may administer the node. */
    OPERATOR;

    /** Returns whether this role may do what the other may. */
    public boolean includes(Role other) {
        return compareTo(other) >= 0;
    }
}
