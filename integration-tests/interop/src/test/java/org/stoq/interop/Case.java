package org.stoq.interop;

/** Something that two implementations can do together. */
enum Case {
    HANDSHAKE("handshake"),
    TRANSFER("transfer of 4 MiB"),
    RETRY("Retry"),
    RESUMPTION("resumption"),
    EARLY_DATA("0-RTT"),
    KEY_UPDATE("key update"),
    MIGRATION("migration"),
    REBINDING("NAT rebinding"),
    VERSION_NEGOTIATION("version negotiation"),
    LOSS("loss");

    private final String title;

    Case(String title) {
        this.title = title;
    }

    /** Returns what a person reads. */
    String title() {
        return title;
    }
}
