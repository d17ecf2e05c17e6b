/** The signatures of RFC 6979 appendix A.2.5 and A.2.6, on P-256 and P-384, of the texts "sample" and "test". */

import type { CurveName, HashName } from "../../../../src/transport/crypto/crypto.js";

export interface CurveVectors {
  readonly curve: CurveName;
  readonly secret: bigint;
  readonly x: bigint;
  readonly y: bigint;
  readonly signatures: readonly SignatureVector[];
}

export interface SignatureVector {
  readonly hash: HashName;
  readonly text: "sample" | "test";
  readonly r: bigint;
  readonly s: bigint;
}

/** As `openssl dgst` says them. */
export const DIGESTS: Readonly<Record<SignatureVector["text"], Readonly<Record<string, string>>>> = {
  sample: {
    SHA256: "af 2b db e1 aa 9b 6e c1 e2 ad e1 d6 94 f4 1f c7 1a 83 1d 02 68 e9 89 15 62 11 3d 8a 62 ad d1 bf",
    SHA384:
      "9a 90 83 50 5b c9 22 76 ae c4 be 31 26 96 ef 7b f3 bf 60 3f 4b bd 38 11 96 a0 29 f3 40 58 53 12 31 3b ca 4a 9b 5b 89 0e fe e4 2c 77 b1 ee 25 fe",
    SHA512:
      "39 a5 e0 4a af f7 45 5d 98 50 c6 05 36 4f 51 4c 11 32 4c e6 40 16 96 0d 23 d5 dc 57 d3 ff d8 f4 9a 73 94 68 ab 80 49 bf 18 ee f8 20 cd b1 ad 6c 90 15 f8 38 55 6b c7 fa d4 13 8b 23 fd f9 86 c7",
  },
  test: {
    SHA256: "9f 86 d0 81 88 4c 7d 65 9a 2f ea a0 c5 5a d0 15 a3 bf 4f 1b 2b 0b 82 2c d1 5d 6c 15 b0 f0 0a 08",
    SHA384:
      "76 84 12 32 0f 7b 0a a5 81 2f ce 42 8d c4 70 6b 3c ae 50 e0 2a 64 ca a1 6a 78 22 49 bf e8 ef c4 b7 ef 1c cb 12 62 55 d1 96 04 7d fe df 17 a0 a9",
    SHA512:
      "ee 26 b0 dd 4a f7 e7 49 aa 1a 8e e3 c1 0a e9 92 3f 61 89 80 77 2e 47 3f 88 19 a5 d4 94 0e 0d b2 7a c1 85 f8 a0 e1 d5 f8 4f 88 bc 88 7f d6 7b 14 37 32 c3 04 cc 5f a9 ad 8e 6f 57 f5 00 28 a8 ff",
  },
};

export const VECTORS: readonly CurveVectors[] = [
  {
    curve: "P-256",
    secret: 0xc9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721n,
    x: 0x60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6n,
    y: 0x7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299n,
    signatures: [
      {
        hash: "SHA256",
        text: "sample",
        r: 0xefd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716n,
        s: 0xf7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8n,
      },
      {
        hash: "SHA384",
        text: "sample",
        r: 0x0eafea039b20e9b42309fb1d89e213057cbf973dc0cfc8f129edddc800ef7719n,
        s: 0x4861f0491e6998b9455193e34e7b0d284ddd7149a74b95b9261f13abde940954n,
      },
      {
        hash: "SHA512",
        text: "sample",
        r: 0x8496a60b5e9b47c825488827e0495b0e3fa109ec4568fd3f8d1097678eb97f00n,
        s: 0x2362ab1adbe2b8adf9cb9edab740ea6049c028114f2460f96554f61fae3302fen,
      },
      {
        hash: "SHA256",
        text: "test",
        r: 0xf1abb023518351cd71d881567b1ea663ed3efcf6c5132b354f28d3b0b7d38367n,
        s: 0x019f4113742a2b14bd25926b49c649155f267e60d3814b4c0cc84250e46f0083n,
      },
      {
        hash: "SHA384",
        text: "test",
        r: 0x83910e8b48bb0c74244ebdf7f07a1c5413d61472bd941ef3920e623fbccebeb6n,
        s: 0x8ddbec54cf8cd5874883841d712142a56a8d0f218f5003cb0296b6b509619f2cn,
      },
      {
        hash: "SHA512",
        text: "test",
        r: 0x461d93f31b6540894788fd206c07cfa0cc35f46fa3c91816fff1040ad1581a04n,
        s: 0x39af9f15de0db8d97e72719c74820d304ce5226e32dedae67519e840d1194e55n,
      },
    ],
  },
  {
    curve: "P-384",
    secret:
      0x6b9d3dad2e1b8c1c05b19875b6659f4de23c3b667bf297ba9aa47740787137d896d5724e4c70a825f872c9ea60d2edf5n,
    x: 0xec3a4e415b4e19a4568618029f427fa5da9a8bc4ae92e02e06aae5286b300c64def8f0ea9055866064a254515480bc13n,
    y: 0x8015d9b72d7d57244ea8ef9ac0c621896708a59367f9dfb9f54ca84b3f1c9db1288b231c3ae0d4fe7344fd2533264720n,
    signatures: [
      {
        hash: "SHA256",
        text: "sample",
        r: 0x21b13d1e013c7fa1392d03c5f99af8b30c570c6f98d4ea8e354b63a21d3daa33bde1e888e63355d92fa2b3c36d8fb2cdn,
        s: 0xf3aa443fb107745bf4bd77cb3891674632068a10ca67e3d45db2266fa7d1feebefdc63eccd1ac42ec0cb8668a4fa0ab0n,
      },
      {
        hash: "SHA384",
        text: "sample",
        r: 0x94edbb92a5ecb8aad4736e56c691916b3f88140666ce9fa73d64c4ea95ad133c81a648152e44acf96e36dd1e80fabe46n,
        s: 0x99ef4aeb15f178cea1fe40db2603138f130e740a19624526203b6351d0a3a94fa329c145786e679e7b82c71a38628ac8n,
      },
      {
        hash: "SHA512",
        text: "sample",
        r: 0xed0959d5880ab2d869ae7f6c2915c6d60f96507f9cb3e047c0046861da4a799cfe30f35cc900056d7c99cd7882433709n,
        s: 0x512c8cceee3890a84058ce1e22dbc2198f42323ce8aca9135329f03c068e5112dc7cc3ef3446defceb01a45c2667fdd5n,
      },
      {
        hash: "SHA256",
        text: "test",
        r: 0x6d6defac9ab64dabafe36c6bf510352a4cc27001263638e5b16d9bb51d451559f918eedaf2293be5b475cc8f0188636bn,
        s: 0x2d46f3becbcc523d5f1a1256bf0c9b024d879ba9e838144c8ba6baeb4b53b47d51ab373f9845c0514eefb14024787265n,
      },
      {
        hash: "SHA384",
        text: "test",
        r: 0x8203b63d3c853e8d77227fb377bcf7b7b772e97892a80f36ab775d509d7a5feb0542a7f0812998da8f1dd3ca3cf023dbn,
        s: 0xddd0760448d42d8a43af45af836fce4de8be06b485e9b61b827c2f13173923e06a739f040649a667bf3b828246baa5a5n,
      },
      {
        hash: "SHA512",
        text: "test",
        r: 0xa0d5d090c9980faf3c2ce57b7ae951d31977dd11c775d314af55f76c676447d06fb6495cd21b4b6e340fc236584fb277n,
        s: 0x976984e59b4c77b0e8e4460dca3d9f20e07b9bb1f63beefaf576f6b2e8b224634a2092cd3792e0159ad9cee37659c736n,
      },
    ],
  },
];
