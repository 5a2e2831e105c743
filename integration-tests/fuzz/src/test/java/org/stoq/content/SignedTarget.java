package org.stoq.content;

import static org.stoq.sdk.StoqErrorCode.INTEGRITY;
import static org.stoq.sdk.StoqErrorCode.INVALID_REQUEST;
import static org.stoq.sdk.StoqErrorCode.TOO_LARGE;
import static org.stoq.sdk.StoqErrorCode.UNSUPPORTED;

import org.stoq.fuzz.FuzzTarget;
import org.stoq.fuzz.Input;
import org.stoq.fuzz.Oracle;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.cose.CoseSign1;
import org.stoq.sdk.cose.Ed25519Signer;
import org.stoq.sdk.cose.Signer;
import org.stoq.sdk.cose.SigningDomain;
import org.stoq.sdk.frame.HaveList;
import org.stoq.sdk.frame.LinkStateAdvert;

/**
 * Signed objects: bytes of a stranger, bytes that a hostile node has signed properly, and signed
 * bytes that were changed on the way.
 */
public final class SignedTarget implements FuzzTarget {
    private static final SigningDomain HAVE_LIST = new SigningDomain("mesh", "have-list");
    private static final SigningDomain LINK_STATE = new SigningDomain("mesh", "link-state");

    /** The secret key is public, so that a corpus can name its id. */
    private final Signer hostile = new Ed25519Signer(new byte[32]);

    @Override
    public void run(byte[] bytes) {
        Input input = new Input(bytes);
        int how = input.u8() % 7;
        try {
            switch (how) {
                case 0 -> unsigned(input);
                case 1 -> {
                    HaveList.Signed read = HaveList.verify(signed(HAVE_LIST, input.rest()));
                    byte[] again = new HaveList(read.entries()).sign(hostile);
                    Oracle.same(read, HaveList.verify(again), "a have-list");
                }
                case 2 -> {
                    LinkStateAdvert read = LinkStateAdvert.verify(signed(LINK_STATE, input.rest()));
                    Oracle.same(read, LinkStateAdvert.verify(read.sign(hostile)), "an advert");
                }
                case 3 -> {
                    Manifest read = Manifest.verify(signed(Manifest.DOMAIN, input.rest()));
                    Oracle.same(read, Manifest.verify(read.sign(hostile)), "a manifest");
                }
                case 4 -> changed(input);
                case 5 -> elsewhere(input.rest());
                default -> {
                    Purge read = Purge.verify(signed(Purge.DOMAIN, input.rest()));
                    Oracle.same(read, Purge.verify(read.sign(hostile)), "a purge");
                }
            }
        } catch (StoqException e) {
            Oracle.refusedWith(e, INTEGRITY, INVALID_REQUEST, TOO_LARGE, UNSUPPORTED);
        }
    }

    private byte[] signed(SigningDomain domain, byte[] payload) {
        return CoseSign1.sign(hostile, domain, payload).encoded();
    }

    private static void unsigned(Input input) throws StoqException {
        CoseSign1 read = CoseSign1.verify(input.rest(), HAVE_LIST);
        // Whoever finds this has either the key or a signature of it that lies in the corpus.
        Oracle.same(
                read.encoded(),
                CoseSign1.verify(read.encoded(), HAVE_LIST).encoded(),
                "verified twice");
    }

    private void changed(Input input) throws StoqException {
        int at = input.u16();
        int bit = 1 << (input.u8() & 7);
        byte[] signed = signed(HAVE_LIST, input.rest());
        signed[at % signed.length] ^= (byte) bit;
        CoseSign1.verify(signed, HAVE_LIST);
        throw new AssertionError("a bit was turned over and nobody has noticed");
    }

    private void elsewhere(byte[] payload) throws StoqException {
        CoseSign1.verify(signed(LINK_STATE, payload), HAVE_LIST);
        throw new AssertionError("a signature counts where it was not made for");
    }
}
