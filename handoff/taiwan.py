"""Words of Taiwan for what the mainland calls otherwise, and repairs of the converter.

OpenCC settles the characters (`s2tw`). Its phrases (`s2twp`) are made for software and spoil a
shop's words: 審核 becomes 稽核, 報錯代碼 程式碼, 註銷 登出, and 小時內核實 even 小時核心實. So the
words are ours. Keys are what `s2tw` writes.
"""

import re

_WORDS = {
    # where the converter takes the wrong character or the wrong word for its neighbour
    "聯繫髮": "聯絡發",
    "髮卡": "發卡",
    "麵單": "面單",
    "別隻": "別只",
    "箇": "個",
    "天后": "天後",
    "傢俱": "家具",
    "賬": "帳",
    "臺": "台",
    "卡里": "卡裡",
    "碼錶": "碼表",
    "換髮": "換發",
    "寫明瞭": "寫明了",
    "拍松": "拍鬆",
    "籤": "簽",
    **{slip: slip for slip in ("標籤", "書籤", "抽籤", "牙籤")},
    # what it is called there
    "聯繫": "聯絡",
    "信息": "資訊",
    "短信": "簡訊",
    "消息": "訊息",
    "屏幕": "螢幕",
    "視頻": "影片",
    "鏈接": "連結",
    "網絡": "網路",
    "默認": "預設",
    "登錄": "登入",
    "激活": "啟用",
    "設置": "設定",
    "小程序": "小程式",
    "應用程序": "應用程式",
    "菜單": "選單",
    "打印": "列印",
    "數據線": "傳輸線",
    "數碼": "數位",
    "合同": "合約",
    "包郵": "免運",
    "身份": "身分",
    "數據": "資料",
    "質量": "品質",
    "軟件": "軟體",
    "硬盤": "硬碟",
    "U盤": "隨身碟",
    "鼠標": "滑鼠",
    "服務器": "伺服器",
    "出租車": "計程車",
    "反饋": "回饋",
    "充電寶": "行動電源",
    "存儲卡": "記憶卡",
    "內置": "內建",
    "刷新": "重新整理",
    "郵箱": "信箱",
    "點擊": "點選",
    "在線客服": "線上客服",
    "定製": "訂製",
    "支持無線": "支援無線",
}
_WORDS |= {"“": "「", "”": "」"}  # traditional print quotes with corner brackets
_PATTERN = re.compile("|".join(sorted(_WORDS, key=len, reverse=True)))


def as_in_taiwan(text: str) -> str:
    """A traditional text with the words used in Taiwan."""
    return _PATTERN.sub(lambda found: _WORDS[found[0]], text)
