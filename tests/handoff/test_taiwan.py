import pytest

from handoff.text import to_traditional


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("24 小时内核实", "24 小時內核實"),
        ("退货申请由专人审核", "退貨申請由專人審核"),
        ("请把报错代码发给我", "請把報錯代碼發給我"),
        ("请联系发卡银行", "請聯絡發卡銀行"),
        ("拍一张面单", "拍一張面單"),
        ("退款 3 天后到账", "退款 3 天後到帳"),
        ("注销账号", "註銷帳號"),
        ("绑定手机号，点短信里的链接", "綁定手機號，點簡訊裡的連結"),
        ("质量问题，拍个视频", "品質問題，拍個影片"),
        ("现在线上就能办", "現在線上就能辦"),
        ("感谢您的支持", "感謝您的支持"),
    ],
)
def test_traditional_answers_use_the_words_of_taiwan(written: str, read: str) -> None:
    assert to_traditional(written) == read
