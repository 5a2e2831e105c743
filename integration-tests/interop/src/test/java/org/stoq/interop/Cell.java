package org.stoq.interop;

/**
 * One place of the table.
 *
 * @param role which end we are
 * @param peer the other end
 * @param what what they try
 */
record Cell(Role role, Peer peer, Case what) {
    /** Which end we are. */
    enum Role {
        SERVER("our server"),
        CLIENT("our client");

        private final String title;

        Role(String title) {
            this.title = title;
        }

        String title() {
            return title;
        }
    }

    @Override
    public String toString() {
        return "%s, %s, %s".formatted(role.title(), peer.title(), what.title());
    }
}
