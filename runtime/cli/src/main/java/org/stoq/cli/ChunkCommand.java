package org.stoq.cli;

import picocli.CommandLine.Command;

/** {@code stoq chunk}: how content is cut. */
@Command(
        name = "chunk",
        header = "Try how content is cut and stored.",
        footerHeading = "%nExample:%n",
        footer = "  stoq chunk stat release-1.tar release-2.tar     what two of them share",
        subcommands = ChunkStatCommand.class)
final class ChunkCommand {}
