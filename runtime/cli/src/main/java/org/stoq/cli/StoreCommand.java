package org.stoq.cli;

import picocli.CommandLine.Command;

/** {@code stoq store}: how the node keeps content. */
@Command(
        name = "store",
        header = "Look at, check or clean the node's content store.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  stoq store stat      how full it is",
            "  stoq store verify    read and check every byte",
            "  stoq store gc        free what nothing needs"
        },
        subcommands = {StoreStatCommand.class, StoreVerifyCommand.class, StoreCollectCommand.class})
final class StoreCommand {}
