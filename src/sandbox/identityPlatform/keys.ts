/**
 * The keys with which the sandbox signs as Google (ID tokens, custom tokens) and as Apple (identity tokens). They are
 * published here and protect nothing: they make tokens follow from the seed, also after a restart, as ids do. Nothing but
 * this stand-in trusts them.
 */
import type { JWK } from 'jose';

export const googleKey: JWK = {
  kid: 'sandbox-google-1',
  alg: 'RS256',
  use: 'sig',
  kty: 'RSA',
  n:
    '2GVVRew_GDJrJzPsXLEElA83iORrWcuyLR5k5Y0U4skytK3vq8ySY7kT6Erm8jNrR4_k1OIgOhyirmCWLS772dzfQbuksFIwuJeE' +
    'QNW5rTO9vZ4aeQzho8vWviT2-UwQgCMnmHQupaKibRCz52LMugddDiMRIqRTbJb55Fw-EpLduyLkJ3LH4faDwyhLOO2j1tXyCJgw' +
    'dBkFzve3Dw4B7KO1mF4iSHbxK755sUUOd_rkfAbcaxeTQTcepeBYmahkxBk_CRPHUdtBT_7paamKazLR3K3owngbh0JC0Z-rhbN-' +
    'sudyDIgYAM8Kad_fwGB5FZFNdY81XijHmEwHDnNCAQ',
  e: 'AQAB',
  d:
    'B4QLxPFN2SCDKvMwOVg5dddKUSM2am9_yoiqgAZCU2Ah_4BdC7v_2edCoxpImeEPvXQNMBiDWeOiSyAIYq84JD9Vjpoem2slFnw0' +
    'Jcrmia2yTgS-iaNZHFk0uD4VtrsLhas8DOYhRg8JpHP22DcoVHKYT3HjWfhO_AabzSdxBDA1uazMr8Kx8636PTL0MByyhHYLbVE5' +
    '6kM6AOfgKu6uDfsI89GokT3hP5WvUWgmOzBn1I9Z-' +
    'UCo8becTd8PNce96U4doyEM_baQWxY1GOFd1MYayb93YijRNIITacOxGcaGDP37XePl9uD4iE3p_HtTA9bmG6RXR34MwdlMEpsLe' +
    'w',
  p:
    '905gj-heAhHRFXu4-' +
    '6hcvExCzuWnALScgBKzNpxSp0LGULVFr_VpWx7snynqZX4ge1U0V3agJ2d0nFnnEn_Or72sTqnRddRzpwsBQyg89jd5xUJ36m59w' +
    'zi-qx7h6xX86e8s1esUPnlsuhmJcKCBxrNmxFovzBWyjEDUCmtYedc',
  q:
    '4ADHju58x_z24u2Xf5zvLYKnpqqoM34otlau0svCSdbyN1SBpgfPbMU94asKyNzUR3KKankloJZq815mztbZbbMLQFtsC9nSmX9W' +
    'lyrCC-RLwYwE-Zs4M4Ji23pRp023zj_t83ncv__snlXUmQ_-PoomZXEu3cckvLTqPQ9NF-c',
  dp:
    'ZIyzag9aGZFQ52E0Zu2fNtfy2dg5vGmyr8fqoauRV3wo0avCN7aaLXg3UMdkC_vqDPspmt4aY6sGmINdFgJs8Ls3kYwuI7BLjYFF' +
    '9B4qGxmXIwLRarmd3H_31e9qf4CjIiIiop8_zd7kvA2h-e7olPdgMzlP8bRosemxzMK0aGU',
  dq:
    '3xZHqITBhxba9pPzHqe32FZYC3fIvke12iqoP82n-' +
    'Iv2fL5PxH_gx44EnBwRSIwNaf6b9YAjxjQn3aq1rudwcX0wBm9GQuMzh6W3IiP2T4uVGvQM_F3m8f234KeIbJvNI76th59lB16lU' +
    '-ddLPctmTFTHhJDv6IWZ02yPw9fEx8',
  qi:
    'udkKa1pjs6GRs3K_1w8Z3ZBsMZk5Yn4Y0_6dUWa5u2Ca7P35dPahZ3CnzOqJGmzue6Z5bIV8zopO8qamj3kL0NZEpp4LEWo3HnOw' +
    '1UYfXCW5zdgQlWfJkpIAjriIQ048RQtkefIzCNdxUFdBYlbIc6toD1TmfvW2MAotQczIpTo',
};

export const appleKey: JWK = {
  kid: 'sandbox-apple-1',
  alg: 'RS256',
  use: 'sig',
  kty: 'RSA',
  n:
    'ow6XnDRSjtCYd-9J7vt9uhCderBKKxL8nlQzrf7tFWd5pF60-vG66vWb5YdHQKYqRsA68Qd2S4GL2s0vle_gr-Svo_1qbfDoAIMf' +
    'lkB83evjpoQw0B3gvLLXRX6H-' +
    'cRaTpFyzigVL2Gg9Y2sLAWNsdWFqLYQ7dHmEg2ejw3zWy6OFHvefC4yET7U15ckuvZYzFz8mQ8PossO8s6qAwaaQNZqLTrqRHDlF' +
    'mJ0P__cnLp05nG3CY1q2wNQAPqmRTlrbuTKM5_wVh11xchwYQ7lCtHiQ3vmejZ13vAeuD2M1jeBHUCx_4AucnsCGtJ5Vd11MjAyS' +
    '4JE_q02b71-oy-6DQ',
  e: 'AQAB',
  d:
    'L7x9aUcuJk5uXKpq4DKzX64ulHUY-' +
    'ZxQ5b9r89QOr7X_-D2byV3Mpa3rCpr8orIi7VyoxNi06q0N9ywb8s7r3kLaou11Y6NkIIZC0JenlsbQ-nZ33e3pVgUbneZJw7cW4' +
    'yqUzEMS1LDF0S29SpQDpB0JSNeohB9vtjhTg7kHVlmGsBqfDLYBc3PM5Uur4E1AKPDteu8_Zi0XC7QXpALWaLCbgcr93u_3Bga5L' +
    'xk-bkhcM82jJ14pxIPcYYuFcOFYQ9Ykt59ls3NqO_mXtKYo-' +
    'p4cEXkHi_HtMlUHUAiFJPmgha167H14ir1ax_IyMkqclVB63tt_3mxIQPfYe0bfBw',
  p:
    'zeaQnKN5O6916EiLCBCMQxFUOzRQQSr2yZxsvAV_eNW6NIQ_OUjkFNkM8YI0otGVvlN7GY3bAnvunQ-' +
    '2ZJIT0xicVQEOxwFuezYNh_I47r4uwYJjb6kwy9PwIQjeX-yKoikjY0Q8DTM5Ehd3sh9PaZZxW1nKZe6_tnVeRAH-Qr8',
  q:
    'yrtSKS2V-MjCtVhocqxVhIGE7jNBESY5rCpzJodaCjcNqdYg1dRYPKtVsdfyUBa--1qE5VH_JzdwHH93yVEDmIxQyiPvaq948543' +
    'R5cIUo3J2_-ID_U1OqePdOGhHN5FMrOkd8fgW_qaoFVEDbrBzawn-k34tQ3AOBPUHKPpEjM',
  dp:
    'SN9wkS--aaRpC6QZKOqKafZJJIcYXGgzXhmx1j3v5rlmJM4lfkXRC5viW9uke3fIEsuDBwFQ4Skxw37bI-' +
    '8bexv7wI4WR9K24n63_UR6Z-0BqVVXkh6Eea9yDo8P_U0_p7L9plVxF47ohQGvSGiSd6FaT2WRH9CHI7GYgmNeNQs',
  dq:
    'TUHrgpPDtkZTpSYmz6SLBm8RSHEx16Y4jjqzHTixgHkQdOuMIdDFO4GTq61-wzSX3VPWl0mTMc-' +
    '3orSU4pxEAYtfclkVcROjxTtDF74fxs4P4g3UPTiV619VlRYy_rxZpIO_JoJ-Jq8u4_D6eTz1hDqaFZJHOEAgQ36S88MnG-8',
  qi:
    'pYGGI5XVLhUegxTP47mUQ6WyeJES9bxxAykhW2NB_0QQ7Yc1ViuW4MpRUQeeuVztgVMo4Rf3mStR1u473W2x1iCwMbD7-' +
    'eW0yHjD3ZCcJlzsL0wiDR7tDwajG_0C58LQssMyw_YKQtVyrcA6Mn7fIIo8qzDQh_MLD76zc_xO3UU',
};

/** What others may know of a key: the entry of a key set. */
export function publicHalf({ kid = '', kty = '', alg = '', use = '', n = '', e = '' }: JWK): Record<string, string> {
  return { kid, kty, alg, use, n, e };
}
